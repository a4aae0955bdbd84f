import { join } from 'node:path'
import type { Controller } from '../../test/kubernetes/component-arguments.ts'
import type { Kubernetes } from '../../test/kubernetes/start-kubernetes.ts'
import type { BenchContext } from '../benchmark.ts'
import { type ClientCommand, ClientProcess } from '../measuring/client-process.ts'
import { type MeasuredPhase, measurePhase } from '../measuring/measure-phase.ts'
import { startServer } from '../server/start-server.ts'
import { writePodTemplate } from '../server/write-pod-template.ts'

export interface ServerWork {
  readonly server: Kubernetes
  readonly phase: MeasuredPhase
}

/** What a contender is told of its server: files. */
export interface GivenServer {
  readonly kubeconfig: string
  readonly template: string
}

/** What a row puts upon its server, or between it and the client. */
export interface Circumstances extends AsyncDisposable {
  /** The file of the kubeconfig that the client is given. @default the server's own */
  readonly kubeconfig?: string
}

export interface WorkOptions {
  readonly phase: string
  readonly isHeld: boolean
  readonly controllers?: readonly Controller[]
  /** Made when the server is up, before the client starts. */
  readonly circumstances?: (server: Kubernetes) => Promise<Circumstances>
  readonly command: (given: GivenServer) => ClientCommand
}

/** One contender's run of one phase on a control plane of its own; what it came to is read before the server goes. */
export async function workOnServer<T>(
  { folder, signal }: BenchContext,
  { phase, isHeld, controllers = [], circumstances, command }: WorkOptions,
  read: (work: ServerWork) => Promise<T>,
): Promise<T> {
  await using server = await startServer({ signal, controllers })
  await using around = (await circumstances?.(server)) ?? null
  const template = await writePodTemplate(folder, { isHeld })
  await using client = new ClientProcess(
    command({ kubeconfig: around?.kubeconfig ?? server.kubeconfigPath, template }),
    join(folder, 'client.log'),
  )
  const measured = await measurePhase(client, phase, server.processes)
  return await read({ server, phase: measured })
}
