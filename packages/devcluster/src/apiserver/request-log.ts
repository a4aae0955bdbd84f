import type { RequestInfo } from './http/request-info.ts'
import type { Verb } from './resources/resource-definition.ts'

/** One request that was answered, or whose answer was lost on purpose. A create has the name that the object got. */
export interface RequestRecord extends RequestInfo {
  /** Of the object that a create made, or that a deletion's precondition names; empty elsewhere. */
  readonly uid: string
  /** The HTTP status; that of the lost answer when `isLost`. */
  readonly code: number
  /** Milliseconds since 1970 when it arrived. */
  readonly at: number
  /** The client did not hear of it. */
  readonly isLost: boolean
}

/** Which requests are meant: each field that is named must be equal; or a function. */
export type RequestMatch = RequestFields | ((request: RequestInfo) => boolean)

/** `{ verb: 'create', resource: 'pods', subresource: '' }`: creations of pods, and not of their bindings. */
export interface RequestFields
  extends Partial<Pick<RequestInfo, 'method' | 'resource' | 'subresource' | 'namespace' | 'name' | 'path'>> {
  readonly verb?: Verb
}

/** Whether a request is meant. No match means all. */
export function matchesRequest(match: RequestMatch | undefined, info: RequestInfo): boolean {
  if (match === undefined) return true
  if (typeof match === 'function') return match(info)
  return Object.entries(match).every(([key, value]) => info[key as keyof RequestInfo] === value)
}

const LIMIT = 10_000

/** The newest requests, for tests to count. */
export class RequestLog {
  #records: RequestRecord[] = []

  /** The newest 10,000 at least, oldest first. */
  list(match?: RequestMatch): readonly RequestRecord[] {
    return this.#records.filter((record) => matchesRequest(match, record))
  }

  count(match?: RequestMatch): number {
    return this.list(match).length
  }

  clear(): void {
    this.#records = []
  }

  add(record: RequestRecord): void {
    this.#records.push(record)
    if (this.#records.length >= LIMIT * 2) this.#records = this.#records.slice(-LIMIT)
  }
}
