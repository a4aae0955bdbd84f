import type { PodVerbs, WatchOptions } from '../../src/kube/kube-client.ts'
import type { Pod, WatchEvent } from '../../src/kube/types.ts'
import type { FakePods } from './fake-pods.ts'

/** An API server whose watch tells what a test tells it to, when it tells it, and as often. */
export class DeliveredPods {
  readonly verbs: PodVerbs
  readonly #deliveries: { type: 'ADDED' | 'MODIFIED' | 'DELETED'; pod: Pod }[] = []
  #wake = () => {}

  constructor(pods: FakePods) {
    const watch = this.#watch.bind(this)
    this.verbs = new Proxy(pods, {
      get(target, name) {
        if (name === 'watch') return watch
        const member = Reflect.get(target, name, target) as unknown
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
  }

  /** The watch tells this next. */
  deliver(type: 'ADDED' | 'MODIFIED' | 'DELETED', pod: Pod): void {
    this.#deliveries.push({ type, pod: structuredClone(pod) })
    this.#wake()
  }

  async *#watch<T>(_namespace: string | null, options: WatchOptions<T>): AsyncIterable<WatchEvent<T>> {
    const { signal } = options
    options.onOpen?.()
    if (options.sendInitialEvents) yield { type: 'BOOKMARK', resourceVersion: '1', initialEventsEnd: true }
    while (!signal?.aborted) {
      for (const { type, pod } of this.#deliveries.splice(0)) {
        const { resourceVersion = '1' } = pod.metadata ?? {}
        yield { type, object: options.project(pod), resourceVersion }
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        signal?.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }
}
