import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts'
import type { LogReadOptions } from './container-log.ts'
import type { ImagePull } from './image-pull.ts'

/** How a container's main process ended. */
export interface ContainerExit {
  /** 128 + n for a process that died of signal n. */
  readonly exitCode: number
  /** @default `Completed` or `Error`, by the exit code */
  readonly reason?: string
  /** The termination message, already cut. */
  readonly message: string
}

/** A container whose main process runs. */
export interface StartedContainer {
  /** Settles once nothing of the container is left and its log is complete. Never rejects. */
  readonly exited: Promise<ContainerExit>
  /** To the main process; SIGKILL takes everything that the container started. Harmless when it has ended. */
  signal(signal: NodeJS.Signals): void
}

/** One run of one container. */
export interface ContainerRequest {
  readonly pod: Pod
  readonly container: Container
  /** 0 for the first run: the restart count. */
  readonly attempt: number
}

/**
 * Why a container did not start, by the step that failed:
 * `config` what it refers to is missing (CreateContainerConfigError), `create` it cannot be run here
 * (CreateContainerError), `run` its command cannot be executed (an end with exit code 128, reason StartError).
 */
export class ContainerStartError extends Error {
  override readonly name = 'ContainerStartError'
  readonly step: 'config' | 'create' | 'run'

  constructor(step: 'config' | 'create' | 'run', message: string, options?: ErrorOptions) {
    super(message, options)
    this.step = step
  }
}

/** A volume of the pod that is not ready (yet): the pod waits, and the kubelet reports FailedMount. */
export class VolumeSetupError extends Error {
  override readonly name = 'VolumeSetupError'
}

/** The pod's sandbox, its network above all, cannot be made: the pod waits, and the kubelet reports FailedCreatePodSandBox. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError'
}

/** What runs containers: processes of this machine, or a script. */
export interface ContainerRuntime {
  /** Before any container: the pod's folder and volumes. @throws {VolumeSetupError} @throws {SandboxError} */
  preparePod(pod: Pod): Promise<void>
  /** What becomes of a container's image. */
  pullImage(pod: Pod, container: Container): ImagePull
  /** @throws {ContainerStartError} */
  startContainer(request: ContainerRequest): Promise<StartedContainer>
  /** The log of one run, or undefined when there is none (any more). */
  readLog(
    run: { podUid: string; container: string; attempt: number },
    options: LogReadOptions,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array> | undefined
  /** After the pod is gone and its containers have ended. */
  removePod(pod: Pod): Promise<void>
  stop(): Promise<void>
}
