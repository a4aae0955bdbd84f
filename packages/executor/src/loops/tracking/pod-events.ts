import type { Clock } from '../../clock.ts'
import type { EventVerbs } from '../../kube/kube-client.ts'
import { isForbidden } from '../../kube/status-predicates.ts'
import type { PodEvent } from '../../kube/types.ts'
import type { Logger } from '../../logger.ts'
import type { PodReference } from '../outcomes/delete-pod.ts'

interface PodEventsOptions {
  /** Absent: nothing is ever asked. */
  readonly events: EventVerbs | undefined
  readonly clock: Clock
  readonly logger: Logger
}

/** Who asks: the end of a launch waits for the answer, a pod that is pending is asked about again later. */
export type EventUrgency = 'end' | 'pending'

interface Question {
  readonly pod: PodReference
  readonly answer: (events: readonly PodEvent[]) => void
}

/** The server reads all events of a namespace for each list. */
const CONCURRENCY = 4
const SPACING_MS = 200
/** Of thousands of pending pods, most have the same trouble; who is turned away asks again. */
const MOST_PENDING = 64
/** An end is not held up for longer, whoever is before it. */
const PATIENCE_MS = 5_000
/** A permission that was missing may have been granted by then. */
const REFUSED_MS = 300_000

/**
 * Asks for the events of pods: a few at a time, not too fast, ends before pending pods (I4). Nothing depends on an answer:
 * without the permission, or without the server, there are no events.
 */
export class PodEvents {
  readonly #options: PodEventsOptions
  readonly #waiting: Readonly<Record<EventUrgency, Set<Question>>> = { end: new Set(), pending: new Set() }
  readonly #running = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  /** By namespace: until when it is not asked, and what was said. */
  readonly #refused = new Map<string, { readonly until: number; readonly said: string }>()
  #nextAt = 0
  #timer: { cancel(): void } | null = null
  #waiters: (() => void)[] = []

  constructor(options: PodEventsOptions) {
    this.#options = options
  }

  /** What the server says instead of events of this namespace: a missing permission; null when it may be asked. */
  missingPermission(namespace: string): string | null {
    const refused = this.#refused.get(namespace)
    return refused && refused.until > this.#options.clock.now() ? refused.said : null
  }

  /** Whether there is anybody to ask about pods of this namespace. */
  canAsk(namespace: string): boolean {
    const isOpen = this.#options.events !== undefined && !this.#stopping.signal.aborted
    return isOpen && this.missingPermission(namespace) === null
  }

  /** The events of the pod; none where they cannot be had. Never rejects. */
  about(pod: PodReference, urgency: EventUrgency): Promise<readonly PodEvent[]> {
    const { clock } = this.#options
    const isFull = urgency === 'pending' && this.#waiting.pending.size >= MOST_PENDING
    if (isFull || !this.canAsk(pod.namespace)) return Promise.resolve([])
    return new Promise((resolve) => {
      const question: Question = {
        pod,
        answer: (found) => {
          patience.cancel()
          resolve(found)
        },
      }
      const giveUp = () => {
        this.#waiting[urgency].delete(question)
        resolve([])
      }
      const patience = urgency === 'end' ? clock.setTimeout(giveUp, PATIENCE_MS) : { cancel() {} }
      this.#waiting[urgency].add(question)
      this.#pump()
    })
  }

  /** Resolves when nothing is asked. What waits for its turn does not count. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#timer?.cancel()
    this.#timer = null
    for (const questions of Object.values(this.#waiting)) {
      for (const { answer } of questions) answer([])
      questions.clear()
    }
    await Promise.all(this.#running)
  }

  #pump(): void {
    const { clock } = this.#options
    while (this.#running.size < CONCURRENCY && !this.#stopping.signal.aborted) {
      const [urgency, question] = this.#next()
      if (!question) return
      const waitMs = this.#nextAt - clock.now()
      if (waitMs > 0) {
        this.#timer ??= clock.setTimeout(() => {
          this.#timer = null
          this.#pump()
        }, waitMs)
        return
      }
      this.#nextAt = clock.now() + SPACING_MS
      this.#waiting[urgency].delete(question)
      const run = this.#ask(question).finally(() => {
        this.#running.delete(run)
        this.#pump()
        const waiters = this.#waiters
        this.#waiters = []
        for (const wake of waiters) wake()
      })
      this.#running.add(run)
    }
  }

  #next(): readonly [EventUrgency, Question | undefined] {
    const [end] = this.#waiting.end
    if (end) return ['end', end]
    const [pending] = this.#waiting.pending
    return ['pending', pending]
  }

  async #ask({ pod, answer }: Question): Promise<void> {
    const { events, logger } = this.#options
    const { namespace, name, uid } = pod
    if (!events || this.missingPermission(namespace) !== null) {
      answer([])
      return
    }
    try {
      const options = { signal: this.#stopping.signal, timeoutMs: PATIENCE_MS }
      answer(await events.listOfPod(namespace, { name, ...(uid === undefined ? {} : { uid }) }, options))
      this.#refused.delete(namespace)
    } catch (error) {
      if (isForbidden(error)) this.#remember(namespace, error)
      else if (!this.#stopping.signal.aborted) logger.warn('events cannot be read', { namespace, pod: name, error })
      answer([])
    }
  }

  /** Said once a namespace: nothing else changes. */
  #remember(namespace: string, error: unknown): void {
    const { clock, logger } = this.#options
    const said = error instanceof Error ? error.message : String(error)
    if (!this.#refused.has(namespace))
      logger.warn('events may not be read; pods that do not start say less', { namespace, error })
    this.#refused.set(namespace, { until: clock.now() + REFUSED_MS, said })
  }
}
