/** What a request asks of which resource, as the API server names it in logs and rules. */
export interface RequestInfo {
  /**
   * `create`, `get`, `list`, `watch`, `update`, `patch`, `delete`, `deletecollection`; empty for other methods; for paths
   * that are no resource's the method in lower case.
   */
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
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}

/** Subresources of a namespace itself; everything else below one is a resource in it. */
const NAMESPACE_SUBRESOURCES = ['status', 'finalize']

/** The path ends where a resource is due: `/api/v1/watch`. Kubernetes answers 500 to it. */
export class ResourceMissingError extends Error {
  override readonly name = 'ResourceMissingError'
}

/**
 * Reads path and method as Kubernetes does (apiserver: RequestInfoFactory).
 *
 * @throws {ResourceMissingError}
 */
export function requestInfo(method: string, path: string, isWatch: boolean, userAgent = ''): RequestInfo {
  const trimmed = path.replace(/^\/+|\/+$/g, '')
  const [root, ...rest] = trimmed === '' ? [] : trimmed.split('/')
  const none = { group: '', version: '', resource: '', subresource: '', namespace: '', name: '' }
  const bare = { ...none, verb: method.toLowerCase(), method, path, userAgent }
  if (root !== 'api' && root !== 'apis') return bare
  if (rest.length < (root === 'api' ? 2 : 3)) return bare
  const group = root === 'apis' ? (rest.shift() ?? '') : ''
  const version = rest.shift() ?? ''
  let verb = VERBS[method] ?? ''
  // Watches have a prefix of their own in the old form; there was one for proxies, too.
  if (rest[0] === 'watch' || rest[0] === 'proxy') {
    verb = rest.shift() ?? ''
    if (rest.length === 0) throw new ResourceMissingError(`${path} names no resource`)
  }
  let namespace = ''
  if (rest[0] === 'namespaces') {
    namespace = rest[1] ?? ''
    if (rest.length > 2 && !NAMESPACE_SUBRESOURCES.includes(rest[2] ?? '')) rest.splice(0, 2)
  }
  const [resource = '', name = '', subresource = ''] = rest
  if (name === '' && verb === 'get') verb = isWatch ? 'watch' : 'list'
  if (name === '' && verb === 'delete') verb = 'deletecollection'
  return { ...bare, verb, group, version, resource, subresource, namespace, name }
}
