import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import type { RawApi } from '../support/raw-api.ts'

/** What the server showed of one pod, from first to last. Times are the test's clock when it was shown; null: never. */
export interface PodLife {
  readonly uid: string
  readonly namespace: string
  readonly name: string
  /** As it was created. */
  readonly pod: Pod
  readonly launch: string
  /** DAG, task, run, try and map index of its annotations. */
  readonly tryText: string
  readonly createdAt: number
  startedAt: number | null
  /** When its main container, or it as a whole, had ended. */
  endedAt: number | null
  /** Of the main container. */
  exitCode: number | null
  /** Why the pod as a whole failed: Evicted, Preempting, … */
  reason: string | null
  phase: string
  deletionAskedAt: number | null
  goneAt: number | null
  /** As last shown. */
  last: Pod
}

/** Writes down what becomes of every pod with the executor's labels, by a watch of its own. */
export class PodHistory implements Disposable {
  readonly lives = new Map<string, PodLife>()
  readonly #now: () => number
  readonly #namespaces: readonly string[]
  readonly #watch
  readonly #reading: Promise<void>
  #isOver = false

  /** `namespaces`: those that count. */
  constructor(api: RawApi, namespaces: readonly string[], now: () => number) {
    this.#now = now
    this.#namespaces = namespaces
    this.#watch = api.watch('/api/v1/pods?watch=true&resourceVersion=0&timeoutSeconds=1000000')
    this.#reading = this.#read()
    this.#reading.catch(() => {})
  }

  /** @throws Error when it could not see everything */
  async end(): Promise<void> {
    this.#isOver = true
    this[Symbol.dispose]()
    await this.#reading
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#watch[Symbol.dispose]()
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const { type, object } = await this.#watch.next({ withinMs: 600_000 })
        if (type === 'ERROR') throw new Error(`the witness has missed something: ${JSON.stringify(object)}`)
        if (type !== 'BOOKMARK') this.#see(type, object as unknown as Pod)
      }
    } catch (error) {
      if (!this.#isOver) throw error
    }
  }

  #see(type: string, pod: Pod): void {
    const { metadata = {}, status } = pod
    const { uid = '', labels = {} } = metadata
    if (labels.kubernetes_executor !== 'True' || !this.#namespaces.includes(metadata.namespace ?? '')) return
    const now = this.#now()
    const life = this.lives.get(uid) ?? this.#begin(pod, now)
    life.last = pod
    life.phase = status?.phase ?? life.phase
    life.reason = status?.reason ?? life.reason
    const state = status?.containerStatuses?.find(({ name }) => name === 'base')?.state
    if (state?.running || state?.terminated) life.startedAt ??= now
    if (state?.terminated) life.exitCode ??= state.terminated.exitCode
    const hasEnded = state?.terminated || status?.phase === 'Succeeded' || status?.phase === 'Failed'
    if (hasEnded) life.endedAt ??= now
    if (metadata.deletionTimestamp) life.deletionAskedAt ??= now
    if (type === 'DELETED') life.goneAt ??= now
  }

  #begin(pod: Pod, now: number): PodLife {
    const { uid = '', namespace = '', name = '', labels = {}, annotations = {} } = pod.metadata ?? {}
    const { dag_id, task_id, run_id, try_number, map_index } = annotations
    const life: PodLife = {
      uid,
      namespace,
      name,
      pod,
      launch: labels['davit-launch'] ?? '',
      tryText: [dag_id, task_id, run_id, map_index ?? '-1', try_number].join('/'),
      createdAt: now,
      startedAt: null,
      endedAt: null,
      exitCode: null,
      reason: null,
      phase: 'Pending',
      deletionAskedAt: null,
      goneAt: null,
      last: pod,
    }
    this.lives.set(uid, life)
    return life
  }
}
