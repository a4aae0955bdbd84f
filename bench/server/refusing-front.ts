import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kubernetes } from '../../test/kubernetes/start-kubernetes.ts'
import { podsPath } from '../../test/support/api-paths.ts'
import { startForwardingProxy } from '../../test/support/forwarding-proxy.ts'
import type { CreateRefusals } from './create-refusals.ts'

/** A front of an API server that refuses some creates of pods. */
export interface RefusingFront extends AsyncDisposable {
  /** A file. */
  readonly kubeconfig: string
}

/** As API servers and their fronts say it, with a second to wait. */
export async function startRefusingFront(
  { kubeconfig }: Kubernetes,
  refusals: CreateRefusals,
  folder: string,
): Promise<RefusingFront> {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'TooManyRequests',
    message: 'too many requests, please try again later',
    details: { retryAfterSeconds: 1 },
    code: 429,
  }
  const path = podsPath('default')
  const proxy = await startForwardingProxy(kubeconfig, {
    answer: (request, response) => {
      const isCreate = request.method === 'POST' && request.path.split('?')[0] === path
      if (!isCreate || !refusals.refuses(request.body, performance.timeOrigin + performance.now())) return false
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '1' }).end(JSON.stringify(status))
      return true
    },
  })
  const file = join(folder, 'front.kubeconfig')
  await writeFile(file, proxy.kubeconfig)
  return { kubeconfig: file, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() }
}
