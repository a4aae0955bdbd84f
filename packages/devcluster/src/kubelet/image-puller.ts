import { type Clock, sleep } from '../clock.ts'
import type { ContainerRuntime } from './container-runtime.ts'
import type { ImagePull } from './image-pull.ts'
import type { PodState } from './pod-state.ts'
import { RestartBackOff } from './restart-backoff.ts'

/** An image that can never be had is looked at again so much later. Kubernetes: the pod worker's backOffPeriod. */
const RETRY_MS = 10_000
/** How long ErrImagePull is shown before the wait for the next pull is called ImagePullBackOff. */
const PULL_ERROR_SHOWN_MS = 5_000

/** What the containers of one pod share, as far as their images go. */
export interface ImagePullerParts {
  readonly runtime: ContainerRuntime
  readonly state: PodState
  readonly clock: Clock
  /** Aborted when the container is not to be started any more. */
  readonly closing: AbortSignal
}

/** Gets the image of one container, as far as a node does that pulls none, and shows how it went. */
export class ImagePuller {
  readonly #name: string
  readonly #runtime: ContainerRuntime
  readonly #state: PodState
  readonly #clock: Clock
  readonly #closing: AbortSignal
  #image = ''
  #pulls = new RestartBackOff()

  constructor(name: string, { runtime, state, clock, closing }: ImagePullerParts) {
    this.#name = name
    this.#runtime = runtime
    this.#state = state
    this.#clock = clock
    this.#closing = closing
  }

  /**
   * True when the container may be created; otherwise it has waited as long as a kubelet does before it looks again, or
   * until the pod names another image.
   */
  async ensure(): Promise<boolean> {
    const { container } = this.#state.record(this.#name)
    const { image = '' } = container
    if (image !== this.#image) this.#pulls = new RestartBackOff()
    this.#image = image
    const pull = this.#runtime.pullImage(this.#state.pod, container)
    if (pull.outcome === 'present') {
      this.#event(
        'Normal',
        'Pulled',
        `Container image "${image}" already present on machine and can be accessed by the pod`,
      )
      return true
    }
    if (pull.outcome === 'refused') {
      this.#event('Warning', pull.event, pull.message)
      await this.#fail(pull.reason, pull.message, RETRY_MS)
    } else {
      await this.#backOff(image, pull)
    }
    return false
  }

  /** The error for a moment, then the wait for the next pull. */
  async #backOff(image: string, { reason, error, message }: ImagePull & { outcome: 'failed' }): Promise<void> {
    const failedAt = this.#clock.now()
    this.#pulls.countStart(failedAt, failedAt)
    const delayMs = this.#pulls.delayAfter(failedAt)
    this.#event('Normal', 'Pulling', `Pulling image "${image}"`)
    this.#event('Warning', 'Failed', `Failed to pull image "${image}": ${error}`)
    await this.#fail(reason, message, PULL_ERROR_SHOWN_MS)
    if (this.#closing.aborted || this.#state.record(this.#name).container.image !== image) return
    const text = `Back-off pulling image "${image}"`
    this.#event('Normal', 'BackOff', text)
    await this.#fail('ImagePullBackOff', `${text}: ${reason}: ${message}`, failedAt + delayMs - this.#clock.now())
  }

  /** Says why the container waits, and for how long it will at least. */
  async #fail(reason: string, message: string, waitMs: number): Promise<void> {
    this.#event('Warning', 'Failed', `Error: ${reason}`)
    this.#state.wait(this.#name, reason, message)
    const closing = AbortSignal.any([this.#closing, this.#state.imageChange(this.#name)])
    await sleep(this.#clock, waitMs, closing)
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#state.event(type, reason, message, this.#name)
  }
}
