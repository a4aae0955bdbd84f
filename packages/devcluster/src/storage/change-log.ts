import type { KubeObject } from './kube-object.ts'

/** One write to one object, with the revision it got. */
export interface Change {
  readonly revision: number
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly key: string
  /** What is stored now; for `DELETED` what was stored last, under the revision of the deletion. */
  readonly object: KubeObject
  /** What was stored before; absent for `ADDED`. */
  readonly previous?: KubeObject
}

/**
 * The newest changes of one resource, in order, by an index that never starts over. Readers keep an index of their own
 * and are not known here: one that is slower than the log is long finds its place gone.
 */
export class ChangeLog {
  readonly #limit: number
  #changes: Change[] = []
  #firstIndex = 0
  #forgottenRevision: number

  /** `limit`: how many changes are kept at least. `revision`: changes up to it are not in the log. */
  constructor(limit: number, revision: number) {
    this.#limit = limit
    this.#forgottenRevision = revision
  }

  /** The index that the next change will have. */
  get end(): number {
    return this.#firstIndex + this.#changes.length
  }

  /** The newest revision whose changes are not all here any more: a reader cannot begin before it. */
  get forgottenRevision(): number {
    return this.#forgottenRevision
  }

  append(change: Change): void {
    this.#changes.push(change)
    // Cut in large pieces: each cut moves the whole rest.
    if (this.#changes.length < this.#limit * 1.5) return
    const surplus = this.#changes.length - this.#limit
    this.#forgottenRevision = Math.max(this.#forgottenRevision, this.#changes[surplus - 1]?.revision ?? 0)
    this.#changes = this.#changes.slice(surplus)
    this.#firstIndex += surplus
  }

  /** The change at an index; undefined when it is not written yet, or gone (`isGone`). */
  at(index: number): Change | undefined {
    return this.#changes[index - this.#firstIndex]
  }

  isGone(index: number): boolean {
    return index < this.#firstIndex
  }

  /** The index of the first change after a revision. */
  indexAfter(revision: number): number {
    let low = 0
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#changes[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return this.#firstIndex + low
  }

  /** The changes after a revision, newest first: to undo them. */
  *undoing(revision: number): Iterable<Change> {
    for (let index = this.#changes.length - 1; index >= 0; index--) {
      const change = this.#changes[index]
      if (!change || change.revision <= revision) return
      yield change
    }
  }

  /**
   * Refuses readers that begin before `revision` from now on. The changes stay: who reads already is not disturbed, as
   * in Kubernetes, where a compaction does not end a watch.
   */
  forget(revision: number): void {
    this.#forgottenRevision = Math.max(this.#forgottenRevision, revision)
  }
}
