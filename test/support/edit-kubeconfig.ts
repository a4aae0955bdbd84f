import { parse, stringify } from 'yaml'

interface Fields {
  readonly users: readonly { readonly name: string; readonly user: object }[]
  readonly contexts: readonly { readonly name: string; readonly context: object }[]
}

/** A kubeconfig with other credentials, or with a namespace, in all its contexts. */
export function editKubeconfig(
  kubeconfig: string,
  { token, namespace }: { readonly token?: string; readonly namespace?: string },
): string {
  const config = parse(kubeconfig) as Fields
  const users = config.users.map(({ name, user }) => ({ name, user: token === undefined ? user : { token } }))
  const contexts = config.contexts.map(({ name, context }) => ({
    name,
    context: { ...context, ...(namespace !== undefined && { namespace }) },
  }))
  return stringify({ ...config, users, contexts })
}
