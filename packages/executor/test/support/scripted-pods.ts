import { failedRequest } from '../../src/kube/connection-error.ts'
import type { ListOptions, PodVerbs, WatchOptions } from '../../src/kube/kube-client.ts'
import { KubeApiError, type KubeConnectionErrorKind } from '../../src/kube/kube-errors.ts'
import type { List, Pod, Status, WatchEvent } from '../../src/kube/types.ts'

/** A pod of the namespace `ns`, as a list or watch shows it. */
export function podOf(name: string, resourceVersion: string | number, uid = `uid-${name}`): Pod {
  return { metadata: { namespace: 'ns', name, uid, resourceVersion: String(resourceVersion) } }
}

/** A refusal, as the wire reports it. */
export function refused(
  code: number,
  reason: string,
  more: { message?: string; retryAfterMs?: number } = {},
): KubeApiError {
  const { message = reason, retryAfterMs } = more
  return new KubeApiError({
    status: { kind: 'Status', apiVersion: 'v1', code, reason, message },
    httpStatus: code,
    method: 'GET',
    path: '/api/v1/namespaces/ns/pods',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

/** A broken connection, as the wire reports it. */
export function broken(kind: KubeConnectionErrorKind) {
  return failedRequest({ server: 'https://api', method: 'GET', path: '/api/v1/namespaces/ns/pods' }, kind, kind)
}

type AnyList = ListOptions<unknown>
type AnyWatch = WatchOptions<unknown>

/** One watch that is open; the test is its server. */
export class ScriptedWatch {
  readonly options: AnyWatch
  readonly #queue: (() => WatchEvent<unknown> | 'end')[] = []
  #wake: () => void = () => {}
  isOpen = true

  constructor(options: AnyWatch) {
    this.options = options
    options.signal?.addEventListener('abort', () => this.#push(() => 'end'), { once: true })
  }

  send(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: Pod): void {
    const resourceVersion = pod.metadata?.resourceVersion ?? ''
    this.#push(() => ({ type, resourceVersion, object: this.options.project(pod) }))
  }

  bookmark(resourceVersion: string | number, { initialEventsEnd = false } = {}): void {
    this.#push(() => ({ type: 'BOOKMARK', resourceVersion: String(resourceVersion), initialEventsEnd }))
  }

  /** The headers of the answer have come. */
  open(): void {
    this.options.onOpen?.()
  }

  /** An ERROR event, which ends the watch. */
  error(code: number, reason: string): void {
    const status: Status = { kind: 'Status', apiVersion: 'v1', code, reason, message: reason }
    this.#push(() => ({ type: 'ERROR', status }))
    this.close()
  }

  close(): void {
    this.#push(() => 'end')
  }

  fail(error: Error): void {
    this.#push(() => {
      throw error
    })
  }

  async *events(): AsyncGenerator<WatchEvent<unknown>> {
    try {
      for (;;) {
        const next = this.#queue.shift()
        if (next) {
          const event = next()
          if (event === 'end') return
          yield event
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
        }
      }
    } finally {
      this.isOpen = false
    }
  }

  #push(next: () => WatchEvent<unknown> | 'end'): void {
    this.#queue.push(next)
    this.#wake()
  }
}

/** Lists and watches whose answers the test writes: by default what `pods` and `version` say. */
export class ScriptedPods implements Pick<PodVerbs, 'list' | 'watch'> {
  pods: Pod[] = []
  version = '100'
  readonly lists: AnyList[] = []
  readonly watches: ScriptedWatch[] = []
  /** Answers to the next lists, in order; the rest is answered from `pods`. */
  readonly listAnswers: (Error | List<Pod> | Promise<List<Pod>>)[] = []
  /** Errors of the next watches, at connect. */
  readonly watchErrors: Error[] = []
  /** Every watch ends in peace as soon as it is opened. */
  closeAtOnce = false
  /** More than one watch or list at a time was open. */
  overlapped = false
  #listing = 0

  async list<T>(_namespace: string | null, options: ListOptions<T>): Promise<List<T>> {
    this.lists.push(options)
    this.#listing += 1
    this.#lookForOverlap()
    try {
      const answer = this.listAnswers.shift() ?? { items: this.pods, resourceVersion: this.version }
      if (answer instanceof Error) throw answer
      const list = await Promise.race([answer, aborted(options.signal)])
      return { ...list, items: list.items.map(options.project) }
    } finally {
      this.#listing -= 1
    }
  }

  watch<T>(_namespace: string | null, options: WatchOptions<T>): AsyncIterable<WatchEvent<T>> {
    const watch = new ScriptedWatch(options as AnyWatch)
    this.watches.push(watch)
    this.#lookForOverlap()
    const error = this.watchErrors.shift()
    if (error) watch.fail(error)
    if (this.closeAtOnce) watch.close()
    return watch.events() as AsyncIterable<WatchEvent<T>>
  }

  /** The watch that was opened last. */
  get last(): ScriptedWatch {
    const watch = this.watches.at(-1)
    if (!watch) throw new Error('no watch was opened')
    return watch
  }

  #lookForOverlap(): void {
    const open = this.watches.filter(({ isOpen }) => isOpen).length + this.#listing
    if (open > 1) this.overlapped = true
  }
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(broken('aborted')), { once: true })
  })
}
