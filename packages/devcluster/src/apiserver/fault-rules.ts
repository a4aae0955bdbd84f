import { type Clock, sleep } from '../clock.ts'
import type { RequestInfo } from './http/request-info.ts'
import { matchesRequest, type RequestMatch } from './request-log.ts'
import { ApiError } from './status.ts'

/** A fault that is in force: says how often it hit, and ends when told. */
export interface FaultHandle extends Disposable {
  /** How many requests it changed, or watches it held back. */
  readonly hits: number
  /** Ends it; harmless when it is over. */
  undo(): void
}

/** Which requests, and how many of them. */
export interface FaultScope {
  /** @default all requests */
  readonly match?: RequestMatch
  /** Ends by itself after so many hits. @default no limit */
  readonly count?: number
}

export interface Refusal extends FaultScope {
  readonly code: 401 | 403 | 404 | 409 | 410 | 422 | 429 | 500 | 502 | 503 | 504
  /** @default a text of the kind that Kubernetes gives */
  readonly message?: string
  /** @default the one that belongs to the code */
  readonly reason?: string
  /** Header Retry-After, and in the Status' details. */
  readonly retryAfterSeconds?: number
}

interface Rule {
  readonly kind: 'delay' | 'refuse' | 'loseAnswer' | 'dropConnection' | 'stall'
  readonly scope: FaultScope
  readonly delayMs?: number
  readonly refusal?: Refusal
  /** Watches that it has held back already. */
  readonly stalled: WeakSet<RequestInfo>
  hits: number
}

const REASONS: Readonly<Record<number, readonly [string, string]>> = {
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'refused by a fault of the dev cluster'],
  404: ['NotFound', 'the server could not find the requested resource'],
  409: ['Conflict', 'the object has been modified; please apply your changes to the latest version and try again'],
  410: ['Expired', 'The resourceVersion for the provided list is too old.'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'Too many requests, please try again later.'],
  500: ['InternalError', 'Internal error occurred: a fault of the dev cluster'],
  502: ['InternalError', 'bad gateway'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'Timeout: request did not complete within the allotted timeout'],
}

/** The faults in force, consulted by the server for each request. */
export class FaultRules {
  readonly #rules = new Set<Rule>()
  readonly #clock: Clock
  readonly #onStallEnd: () => void

  /** `onStallEnd`: watches that were held back may go on. */
  constructor(clock: Clock, onStallEnd: () => void) {
    this.#clock = clock
    this.#onStallEnd = onStallEnd
  }

  add(kind: Rule['kind'], scope: FaultScope, extra: Pick<Rule, 'delayMs' | 'refusal'> = {}): FaultHandle {
    const rule: Rule = { kind, scope, ...extra, stalled: new WeakSet(), hits: 0 }
    this.#rules.add(rule)
    const undo = () => {
      if (this.#rules.delete(rule) && kind === 'stall') this.#onStallEnd()
    }
    return {
      get hits() {
        return rule.hits
      },
      undo,
      [Symbol.dispose]: undo,
    }
  }

  /**
   * What happens to a request before it is carried out.
   *
   * @throws {ApiError} when it is refused
   */
  async before(info: RequestInfo, signal: AbortSignal): Promise<{ drop: boolean; loseAnswer: boolean }> {
    const delay = this.#hit('delay', info)
    if (delay?.delayMs !== undefined) await sleep(this.#clock, delay.delayMs, signal)
    const refusal = this.#hit('refuse', info)?.refusal
    if (refusal) throw refused(refusal)
    if (this.#hit('dropConnection', info)) return { drop: true, loseAnswer: false }
    return { drop: false, loseAnswer: this.#hit('loseAnswer', info) !== undefined }
  }

  /** Whether a watch is held back. Counts each watch once, however often it is looked at. */
  isStalled(info: RequestInfo): boolean {
    const rule = this.#find('stall', info)
    if (rule && !rule.stalled.has(info)) {
      rule.stalled.add(info)
      rule.hits++
    }
    return rule !== undefined
  }

  #hit(kind: Rule['kind'], info: RequestInfo): Rule | undefined {
    const rule = this.#find(kind, info)
    if (!rule) return undefined
    rule.hits++
    if (rule.scope.count !== undefined && rule.hits >= rule.scope.count) this.#rules.delete(rule)
    return rule
  }

  #find(kind: Rule['kind'], info: RequestInfo): Rule | undefined {
    for (const rule of this.#rules) if (rule.kind === kind && matchesRequest(rule.scope.match, info)) return rule
    return undefined
  }
}

function refused({ code, message, reason, retryAfterSeconds }: Refusal): ApiError {
  const [usualReason, usualMessage] = REASONS[code] ?? ['Unknown', 'unknown']
  return new ApiError(code, {
    message: message ?? usualMessage,
    reason: reason ?? usualReason,
    ...(retryAfterSeconds !== undefined && { details: { retryAfterSeconds } }),
  })
}
