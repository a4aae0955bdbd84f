import type { ListOptions, PodVerbs, WatchOptions } from '../../src/kube/kube-client.ts'
import type { List, Pod, WatchEvent } from '../../src/kube/types.ts'
import { broken, podOf, refused } from './scripted-pods.ts'

interface Change {
  readonly version: number
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly pod: Pod
}

/** An API server with a history that can be compacted, lists in pages of two, and watches that can be hurt. */
export class HistoryPods implements Pick<PodVerbs, 'list' | 'watch'> {
  readonly pods = new Map<string, Pod>()
  /** Most watches and lists at one time. */
  peak = 0
  #open = 0
  #version = 100
  #uids = 0
  #history: Change[] = []
  #compactedAt = 100
  #hurts: ((how: 'reset' | 'silence' | 'close') => void)[] = []
  #wakes = new Set<() => void>()

  /** Creates, changes or deletes the pod of that name, whichever can be done. */
  change(name: string, how: 'write' | 'delete' | 'replace'): void {
    const held = this.pods.get(name)
    if (held && how !== 'write') {
      this.pods.delete(name)
      this.#note('DELETED', { metadata: { ...held.metadata, resourceVersion: String(++this.#version) } })
    }
    if (how === 'delete') return
    const uid = (how === 'write' && held?.metadata?.uid) || `uid-${++this.#uids}`
    const pod = podOf(name, ++this.#version, uid)
    this.pods.set(name, pod)
    this.#note(how === 'write' && held ? 'MODIFIED' : 'ADDED', pod)
  }

  compact(): void {
    this.#compactedAt = this.#version
    this.#history = []
  }

  /** The newest change is never told to anybody. */
  loseLastEvent(): void {
    this.#history.pop()
  }

  hurtWatches(how: 'reset' | 'silence' | 'close'): void {
    for (const hurt of this.#hurts.splice(0)) hurt(how)
  }

  async list<T>(_: string | null, { continue: token, limit, project }: ListOptions<T>): Promise<List<T>> {
    this.#enter()
    try {
      await Promise.resolve()
      const [version, start] = (token ?? `${this.#version}/0`).split('/').map(Number) as [number, number]
      // As if each page were of one snapshot: a change in between makes the token expire.
      if (version !== this.#version) throw refused(410, 'Expired')
      const end = limit === undefined ? undefined : start + 2
      const items = [...this.pods.values()].slice(start, end).map(project)
      const more = end !== undefined && end < this.pods.size
      return { items, resourceVersion: String(version), ...(more ? { continue: `${version}/${end}` } : {}) }
    } finally {
      this.#open -= 1
    }
  }

  async *watch<T>(
    _: string | null,
    { resourceVersion, signal, project }: WatchOptions<T>,
  ): AsyncGenerator<WatchEvent<T>> {
    this.#enter()
    let ending: 'reset' | 'silence' | 'close' | undefined
    let wake: () => void = () => {}
    const onWake = () => wake()
    const hurt = (how: typeof ending) => {
      ending = how
      onWake()
    }
    this.#hurts.push(hurt)
    this.#wakes.add(onWake)
    signal?.addEventListener('abort', onWake, { once: true })
    try {
      let at = Number(resourceVersion)
      if (at < this.#compactedAt) throw refused(410, 'Expired')
      for (;;) {
        if (signal?.aborted || ending === 'close') return
        if (ending) throw broken(ending)
        const next = this.#history.find(({ version }) => version > at)
        if (next) {
          at = next.version
          yield { type: next.type, resourceVersion: String(at), object: project(next.pod) }
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      this.#open -= 1
      this.#wakes.delete(onWake)
      this.#hurts = this.#hurts.filter((other) => other !== hurt)
    }
  }

  #enter(): void {
    this.#open += 1
    this.peak = Math.max(this.peak, this.#open)
  }

  #note(type: Change['type'], pod: Pod): void {
    this.#history.push({ version: this.#version, type, pod })
    for (const wake of this.#wakes) wake()
  }
}
