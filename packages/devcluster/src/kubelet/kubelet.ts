import type { Pod } from '../types.ts'
import type { NodeEnding } from './node-ending.ts'

/** Options of `GET pods/NAME/log`, as Kubernetes names them. */
export interface PodLogOptions {
  readonly container: string
  readonly follow: boolean
  readonly previous: boolean
  readonly timestamps: boolean
  readonly tailLines?: number
  readonly sinceSeconds?: number
  readonly sinceTime?: string
  readonly limitBytes?: number
}

/** Why a log cannot be read: the API server turns it into a Status. */
export class PodLogUnavailable extends Error {
  override readonly name = 'PodLogUnavailable'
}

/** A node that runs the pods bound to it. The process and the scripted runtime are two of them. */
export interface Kubelet {
  /** Registers its node and takes up the pods that are bound to it. */
  start(): Promise<void>
  /** Ends every container and every timer. Pods keep the status they have. */
  stop(): Promise<void>
  /**
   * The log of one container, chunks as they come; ends when the container does (`follow`) or at the end of what there is.
   * @throws {PodLogUnavailable} with Kubernetes' text, when there is no such log (yet).
   */
  readLog(pod: Pod, options: PodLogOptions, signal: AbortSignal): AsyncIterable<Uint8Array>
  /** Faults, for tests: ends a container's main process by a signal, as a crash would. */
  killContainer(pod: Pod, container: string, signal: NodeJS.Signals): void
  /** Faults, for tests: ends a pod as nodes do that are under pressure, shut down or short of room. */
  endPod(pod: Pod, ending: NodeEnding): void
  /** Faults, for tests: the node's Ready condition. A node that was cut off is heard again. */
  setNodeReady(ready: boolean): void
  /** Faults, for tests: the node hears nothing of the cluster and is not heard; what runs on it runs on. */
  cutOff(): void
}
