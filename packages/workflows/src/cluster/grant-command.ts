import type { AccessReview } from './access-reviews.ts'

/** `create pods`, `get pods/log`. */
export function permissionText({ verb, group, resource, subresource }: AccessReview['permission']): string {
  const kind = group === '' ? resource : `${resource}.${group}`
  return `${verb} ${subresource === undefined ? kind : `${kind}/${subresource}`}`
}

/** `in the namespace team-a`, or everywhere. */
export function namespaceText(namespace: string | null): string {
  return namespace === null ? 'in all namespaces' : `in the namespace ${namespace}`
}

/**
 * What an administrator runs to grant what is missing of one resource in one namespace: a role, and its binding to us.
 * @param reviews of the same resource and namespace, at least one
 * @param user as the server knows us; null: to be filled in
 */
export function grantCommand(reviews: readonly AccessReview[], user: string | null): string {
  const [first] = reviews
  if (first === undefined) throw new TypeError('there is nothing to grant')
  const { permission, namespace } = first
  const [, resource = ''] = permissionText(permission).split(' ')
  const verbs = reviews.map(({ permission: { verb } }) => verb)
  const kind = namespace === null ? 'clusterrole' : 'role'
  const where = namespace === null ? '' : ` -n ${namespace}`
  const name = `davit-${[...verbs, ...resource.split(/[/.]/)].join('-')}`
  return [
    `kubectl create ${kind} ${name}${where} --verb=${verbs.join(',')} --resource=${resource}`,
    `kubectl create ${kind}binding ${name}${where} --${kind}=${name} ${subject(user)}`,
  ].join(' && ')
}

/** Reviews that one command grants, together. */
export function byResource(reviews: readonly AccessReview[]): readonly (readonly AccessReview[])[] {
  const groups = Map.groupBy(reviews, ({ permission, namespace }) => {
    const [, resource = ''] = permissionText(permission).split(' ')
    return JSON.stringify([namespace, resource])
  })
  return [...groups.values()]
}

function subject(user: string | null): string {
  const [, account] = /^system:serviceaccount:([^:]+:[^:]+)$/.exec(user ?? '') ?? []
  if (account !== undefined) return `--serviceaccount=${account}`
  return `--user=${user === null ? 'NAME' : shellWord(user)}`
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
