import { join } from 'node:path'
import type { Kubernetes } from '../../test/kubernetes/start-kubernetes.ts'
import type { BenchContext } from '../benchmark.ts'
import { type ClientCommand, ClientProcess } from '../measuring/client-process.ts'
import { startServer } from '../server/start-server.ts'
import { writePodTemplate } from '../server/write-pod-template.ts'

/** A control plane whose pods run until somebody ends them, and several clients of it at the same time. */
export interface ServedClients {
  readonly server: Kubernetes
  /** The file of the pod template. */
  readonly template: string
  /** Starts one more; it ends with the run. */
  readonly start: (name: string, command: ClientCommand) => ClientProcess
}

/** One run on a control plane of its own, with as many clients as the row wants; what it came to is read before all of it goes. */
export async function clientsOnServer<T>(
  { folder, signal }: BenchContext,
  work: (clients: ServedClients) => Promise<T>,
): Promise<T> {
  await using server = await startServer({ signal })
  const template = await writePodTemplate(folder, { isHeld: true })
  await using clients = new AsyncDisposableStack()
  const start = (name: string, command: ClientCommand) =>
    clients.use(new ClientProcess(command, join(folder, `${name}.log`)))
  return await work({ server, template, start })
}
