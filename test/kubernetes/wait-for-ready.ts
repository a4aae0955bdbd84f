import { readFile } from 'node:fs/promises'
import { type ApiAccess, type ApiAnswer, apiRequest } from './api-request.ts'
import { kubeletNodeName } from './component-arguments.ts'
import { type ReadyOptions, waitForComponent } from './wait-for-component.ts'

/** What a new API server makes a second after it can be used; the parts do not need it, since they may do everything. */
const bootstrap = ['rbac/bootstrap-roles', 'scheduling/bootstrap-system-priority-classes']

/** Waits until the server takes requests, its own first objects not counted; returns how to talk to it. */
export async function waitForApi(
  url: string,
  authorityFile: string,
  token: string,
  options: ReadyOptions,
): Promise<ApiAccess> {
  const query = bootstrap.map((hook) => `exclude=poststarthook/${hook}`).join('&')
  return await waitForComponent('/readyz of the API server', 'kube-apiserver', options, async () => {
    // The server makes its certificate itself, while it starts.
    const access: ApiAccess = { url, token, authorityPem: await readFile(authorityFile, 'utf8') }
    return (await apiRequest(access, 'GET', `/readyz?${query}`)).status === 200 ? access : null
  })
}

/** Waits until the server has made all that it makes at its first start. */
export async function waitForBootstrap(access: ApiAccess, options: ReadyOptions): Promise<void> {
  await waitForComponent('/readyz of the API server', 'kube-apiserver', options, async () => {
    return (await apiRequest(access, 'GET', '/readyz')).status === 200
  })
}

/** The names of this many kwok nodes. */
export function kwokNodeNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `kwok-${index + 1}`)
}

/** Creates nodes for kwok to play. */
export async function createKwokNodes(access: ApiAccess, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const labels = { kwok: 'true', 'kubernetes.io/hostname': name }
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } }
    const answer = await apiRequest(access, 'POST', '/api/v1/nodes', node)
    if (answer.status !== 201)
      throw new Error(`the API server refused the node ${name}: ${JSON.stringify(answer.body)}`)
  }
}

/** Waits until pods in the namespace `default` can be created and bound to these nodes. */
export async function waitForNodes(access: ApiAccess, names: readonly string[], options: ReadyOptions): Promise<void> {
  await waitForComponent('the default service account', 'kube-controller-manager', options, async () => {
    const answer = await apiRequest(access, 'GET', '/api/v1/namespaces/default/serviceaccounts/default')
    return answer.status === 200
  })
  for (const name of names) {
    const responsible = name === kubeletNodeName ? 'kubelet' : 'kwok'
    await waitForComponent(`the node ${name}`, responsible, options, async () => {
      return takesPods(await apiRequest(access, 'GET', `/api/v1/nodes/${name}`))
    })
  }
}

interface Node {
  readonly spec: { readonly taints?: readonly unknown[] }
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

/** A new node is tainted as not ready; the controller manager takes the taint away. */
function takesPods({ status: code, body }: ApiAnswer): boolean {
  if (code !== 200) return false
  const { spec, status } = body as Node
  const isReady = status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  return isReady && (spec.taints ?? []).length === 0
}
