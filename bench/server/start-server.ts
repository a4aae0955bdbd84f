import { fileURLToPath } from 'node:url'
import type { Controller } from '../../test/kubernetes/component-arguments.ts'
import { type Kubernetes, startKubernetes } from '../../test/kubernetes/start-kubernetes.ts'

export interface ServerOptions {
  readonly signal: AbortSignal
  /** Besides the ones without which no namespace takes pods. @default none */
  readonly controllers?: readonly Controller[]
}

/**
 * A control plane with fresh data for one run: etcd, API server, kwok with stages of its own (`kwok/`), and no more of the
 * controller manager than pods need. There is no scheduler: pods name their node. The audit log has no bodies.
 */
export async function startServer({ signal, controllers = [] }: ServerOptions): Promise<Kubernetes> {
  return await startKubernetes({
    controllers: ['namespace', 'serviceaccount', 'node-lifecycle', ...controllers],
    scheduler: false,
    kwokFolder: fileURLToPath(new URL('kwok', import.meta.url)),
    auditPolicy: fileURLToPath(new URL('audit-policy.yaml', import.meta.url)),
    signal,
  })
}
