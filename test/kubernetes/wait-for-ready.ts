import { readFile } from 'node:fs/promises'
import { type ApiAccess, type ApiAnswer, apiRequest } from './api-request.ts'
import { type ComponentProcess, endOfLog } from './component-process.ts'
import type { ComponentName } from './layout.ts'
import { StopWaiting, waitUntil } from './wait-until.ts'

export interface ReadyOptions {
  /** The parts that run so far: if one ends, the wait ends with its error. */
  readonly components: readonly ComponentProcess[]
  readonly withinMs: number
  readonly signal?: AbortSignal | undefined
}

/** Waits until `/readyz` says ok; returns how to talk to the server. */
export async function waitForApi(
  url: string,
  authorityFile: string,
  token: string,
  options: ReadyOptions,
): Promise<ApiAccess> {
  return await waitFor('/readyz of the API server', 'kube-apiserver', options, async () => {
    // The server makes its certificate itself, while it starts.
    const access: ApiAccess = { url, token, authorityPem: await readFile(authorityFile, 'utf8') }
    return (await apiRequest(access, 'GET', '/readyz')).status === 200 ? access : null
  })
}

/** Creates kwok nodes, and waits until pods in the namespace `default` can be created and bound to them. */
export async function waitForNodes(access: ApiAccess, count: number, options: ReadyOptions): Promise<void> {
  for (let i = 1; i <= count; i++) {
    const name = `kwok-${i}`
    const labels = { kwok: 'true', 'kubernetes.io/hostname': name }
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } }
    const answer = await apiRequest(access, 'POST', '/api/v1/nodes', node)
    if (answer.status !== 201)
      throw new Error(`the API server refused the node ${name}: ${JSON.stringify(answer.body)}`)
  }
  await waitFor('the default service account', 'kube-controller-manager', options, async () => {
    const answer = await apiRequest(access, 'GET', '/api/v1/namespaces/default/serviceaccounts/default')
    return answer.status === 200
  })
  for (let i = 1; i <= count; i++) {
    await waitFor(`the node kwok-${i}`, 'kwok', options, async () => {
      return takesPods(await apiRequest(access, 'GET', `/api/v1/nodes/kwok-${i}`))
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

async function waitFor<T>(
  what: string,
  responsible: ComponentName,
  { components, withinMs, signal }: ReadyOptions,
  question: () => Promise<T>,
): Promise<Exclude<T, false | null | undefined>> {
  const ask = () => {
    for (const component of components) {
      const failure = component.failure()
      if (failure !== null) throw new StopWaiting(failure)
    }
    return question()
  }
  try {
    return await waitUntil(ask, { what, withinMs, signal })
  } catch (error) {
    const component = components.find(({ name }) => name === responsible)
    if (component === undefined || !(error instanceof Error) || !error.message.startsWith('gave up')) throw error
    throw new Error(`${responsible}: ${error.message}; ${endOfLog(component.logFile)}`, { cause: error.cause })
  }
}
