import { inNamespace } from './api-paths.ts'
import { editKubeconfig } from './edit-kubeconfig.ts'
import type { RawApi } from './raw-api.ts'

/** A service account, by its place. */
export interface ServiceAccount {
  readonly namespace: string
  readonly name: string
}

/** Makes a service account. */
export async function createServiceAccount(api: RawApi, { namespace, name }: ServiceAccount): Promise<void> {
  const { status, text } = await api.post(inNamespace(namespace, 'serviceaccounts'), { metadata: { name } })
  if (status !== 201) throw new Error(`service account ${name} was refused: ${text}`)
}

/** The kubeconfig of whoever has a token of the service account, made of another one of the same cluster. */
export async function serviceAccountKubeconfig(
  api: RawApi,
  { namespace, name }: ServiceAccount,
  kubeconfig: string,
): Promise<string> {
  const path = inNamespace(namespace, 'serviceaccounts', name, 'token')
  const { status, body, text } = await api.post<{ status: { token: string } }>(path, { spec: {} })
  if (status !== 201) throw new Error(`service account ${name} got no token: ${text}`)
  return editKubeconfig(kubeconfig, { token: body.status.token })
}
