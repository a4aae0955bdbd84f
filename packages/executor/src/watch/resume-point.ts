import { isExpired } from '../kube/status-predicates.ts'
import { compareResourceVersions } from './compare-resource-versions.ts'
import { needsRelist } from './needs-relist.ts'

/** A second failure of the same watch at the same version is taken for a fault of the version. */
const STALL_LIMIT = 2

/** Where the next watch begins, and whether everything must be listed before. */
export class ResumePoint {
  readonly #start: string | undefined
  #version = ''
  #hasListed = false
  /** Version of the first list while the watch still replays what happened between the start version and it. */
  #catchingUpTo: string | undefined
  #mustList = true
  #listCause = 'start'
  /** Failures in a row that no progress of the version lies between. */
  #stalls = 0

  /** @param start the version that an earlier process had reached */
  constructor(start: string | undefined) {
    this.#start = start
  }

  /** The last version whose notices were all given. */
  get version(): string {
    return this.#version
  }

  get mustList(): boolean {
    return this.#mustList
  }

  /** Why the next list comes, in one word. */
  get listCause(): string {
    return this.#listCause
  }

  /** True where the first list is followed by a watch from an earlier version: one stream cannot be both. */
  get isEarlierThanList(): boolean {
    return !this.#hasListed && this.#start !== undefined
  }

  /** A list of this version is in the store. */
  listed(version: string): void {
    const start = this.#hasListed ? undefined : this.#start
    // A start version at or beyond the list's is of another life of the cluster, or there is nothing to catch up on.
    const isBehind = start !== undefined && (compareResourceVersions(start, version) ?? 0) < 0
    this.#catchingUpTo = isBehind ? version : undefined
    this.#version = isBehind ? start : version
    this.#hasListed = true
    this.#mustList = false
    this.#listCause = 'resync'
    this.#stalls = 0
  }

  /** The notices of a watch were given, up to this version. */
  reached(version: string): void {
    this.#version = version
    const caughtUp = this.#catchingUpTo !== undefined && compareResourceVersions(version, this.#catchingUpTo)
    if (typeof caughtUp === 'number' && caughtUp >= 0) this.#catchingUpTo = undefined
  }

  /** A watch that began at `from` has ended. */
  watched(from: string): void {
    if (this.#version !== from) this.#stalls = 0
  }

  /** A list or watch failed; `cause`: the error in one word. */
  failed(error: unknown, { cause, isWatch }: { readonly cause: string; readonly isWatch: boolean }): void {
    if (isExpired(error) && this.#catchingUpTo !== undefined) {
      // The start version was too old. The list came after it, so nothing is missing but the last states of what went.
      this.#version = this.#catchingUpTo
      this.#catchingUpTo = undefined
      return
    }
    if (!isWatch) return
    this.#stalls += 1
    if (isExpired(error) || (needsRelist(error) && this.#stalls >= STALL_LIMIT)) {
      this.#mustList = true
      this.#listCause = cause
    }
  }
}
