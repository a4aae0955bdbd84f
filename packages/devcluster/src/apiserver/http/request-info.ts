/** What a request asks of which resource, as the API server names it in logs and rules. */
export interface RequestInfo {
  /** `create`, `get`, `list`, `watch`, `update`, `patch`, `delete`, `deletecollection`; the method for other paths. */
  readonly verb: string
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly group: string
  readonly version: string
  /** `pods`; empty for paths that are no resource's. */
  readonly resource: string
  /** `log`, `status`, …; empty when the object itself is meant. */
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  readonly userAgent: string
}

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** Subresources of a namespace itself; everything else below one is a resource in it. */
const NAMESPACE_SUBRESOURCES = ['status', 'finalize']

/** Reads path and method as Kubernetes does (apiserver: RequestInfoFactory). */
export function requestInfo(method: string, path: string, isWatch: boolean, userAgent = ''): RequestInfo {
  const segments = path.split('/').filter((segment) => segment !== '')
  const none = { group: '', version: '', resource: '', subresource: '', namespace: '', name: '' }
  const bare = { ...none, verb: method.toLowerCase(), method, path, userAgent }
  const [root, ...rest] = segments
  if (root !== 'api' && root !== 'apis') return bare
  const group = root === 'apis' ? (rest.shift() ?? '') : ''
  const version = rest.shift() ?? ''
  if (rest.length === 0) return { ...bare, group, version }
  // Watches have a prefix of their own in the old form.
  const isOldWatch = rest[0] === 'watch' && rest.length > 1
  if (isOldWatch) rest.shift()
  let namespace = ''
  if (rest[0] === 'namespaces' && rest.length > 2 && !NAMESPACE_SUBRESOURCES.includes(rest[2] ?? '')) {
    namespace = rest[1] ?? ''
    rest.splice(0, 2)
  }
  const [resource = '', name = '', subresource = ''] = rest
  return {
    ...bare,
    verb: verbOf(method, name, isWatch || isOldWatch, isOldWatch),
    group,
    version,
    resource,
    subresource: rest.length > 3 ? rest.slice(2).join('/') : subresource,
    namespace: resource === 'namespaces' ? name : namespace,
    name,
  }
}

function verbOf(method: string, name: string, isWatch: boolean, isOldWatch: boolean): string {
  const verb = VERBS[method] ?? method.toLowerCase()
  if (isOldWatch && verb === 'get') return 'watch'
  if (name !== '') return verb
  if (verb === 'get') return isWatch ? 'watch' : 'list'
  return verb === 'delete' ? 'deletecollection' : verb
}
