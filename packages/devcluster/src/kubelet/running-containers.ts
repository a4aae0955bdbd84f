import type { Clock, Timer } from '../clock.ts'
import type { StartedContainer } from './container-runtime.ts'
import { setLongTimer } from './long-timer.ts'
import type { PodState } from './pod-state.ts'

/** No container gets less between SIGTERM and SIGKILL. Kubernetes: minimumGracePeriodInSeconds. */
export const MIN_GRACE_SECONDS = 2

/** The containers of one pod that run, and how they are ended: by SIGTERM, and by SIGKILL once their time is over. */
export class RunningContainers {
  readonly #state: PodState
  readonly #clock: Clock
  readonly #containers = new Map<string, StartedContainer>()
  /** When what still runs gets SIGKILL; only ever moved forward. */
  #killAt = Number.POSITIVE_INFINITY
  #killTimer: Timer | undefined

  constructor(state: PodState, clock: Clock) {
    this.#state = state
    this.#clock = clock
  }

  get size(): number {
    return this.#containers.size
  }

  add(name: string, container: StartedContainer): void {
    this.#containers.set(name, container)
    if (this.#state.isStopped) container.signal('SIGKILL')
  }

  remove(name: string): void {
    this.#containers.delete(name)
  }

  signal(name: string, signal: NodeJS.Signals): void {
    this.#containers.get(name)?.signal(signal)
  }

  /** SIGTERM, and whatever it takes; resolves when the container is over. */
  async terminate(name: string): Promise<void> {
    const container = this.#containers.get(name)
    if (!container || this.#state.isStopped) return
    this.#state.event('Normal', 'Killing', `Stopping container ${name}`, name)
    container.signal(this.#clock.now() >= this.#killAt ? 'SIGKILL' : 'SIGTERM')
    await container.exited
  }

  /** What runs then is killed so many seconds from now, unless it is to be killed before that. */
  killAfter(graceSeconds: number): void {
    const killAt = this.#clock.now() + Math.max(graceSeconds, MIN_GRACE_SECONDS) * 1000
    if (killAt >= this.#killAt) return
    this.#killAt = killAt
    this.#killTimer?.cancel()
    this.#killTimer = setLongTimer(this.#clock, killAt, () => this.killAll())
  }

  killAll(): void {
    for (const container of this.#containers.values()) container.signal('SIGKILL')
  }

  /** Nothing is left to be killed. */
  cancelTimer(): void {
    this.#killTimer?.cancel()
  }
}
