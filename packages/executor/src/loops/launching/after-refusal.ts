import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { Failure } from '../../pods/failure.ts'
import { Backoff } from '../../watch/backoff.ts'
import type { EntryRefusal } from '../passing-state.ts'
import { type Refusal, TOO_MANY_REQUESTS } from './refusal.ts'

/** What a refused launch does next: it waits, or its task fails. */
export type AfterRefusal =
  | { readonly kind: 'wait'; readonly refusal: EntryRefusal }
  | { readonly kind: 'fail'; readonly failure: Failure }

/** How much of a Retry-After is added at random. */
const SPREAD = 0.1

interface Circumstances {
  readonly now: number
  readonly random: () => number
  readonly config: Pick<ExecutorConfig, 'maxRefusalSeconds' | 'taskPublishMaxRetries'>
}

/**
 * Decides after one more refusal. Waiting costs no retry of the task (I9): it ends only at the ceiling, counted from the
 * first refusal of the present row, or after `taskPublishMaxRetries` where that is set.
 */
export function afterRefusal(
  before: EntryRefusal | null,
  refusal: Refusal,
  { now, random, config }: Circumstances,
): AfterRefusal {
  if (refusal.action === 'fail') return { kind: 'fail', failure: failureOf(refusal, refusal.message) }
  const since = before?.since ?? now
  const total = (before?.total ?? 0) + 1
  const sameCause = before?.refusal.cause === refusal.cause ? before.sameCause + 1 : 1
  const maxRetries = config.taskPublishMaxRetries
  if (maxRetries >= 0 && total > maxRetries) {
    return {
      kind: 'fail',
      failure: failureOf(refusal, `${refusal.message} (${total} times; taskPublishMaxRetries is ${maxRetries})`),
    }
  }
  const endsAt = since + ceilingMs(refusal, config)
  if (now >= endsAt) return { kind: 'fail', failure: ceilingFailure(refusal, config) }
  // The last trial comes when the ceiling is reached, not a backoff later.
  const delayMs = Math.min(delay(refusal, sameCause, random), endsAt - now)
  return { kind: 'wait', refusal: { refusal, since, sameCause, total, nextAt: now + delayMs, endsAt } }
}

/** The failure of a launch that was held up for as long as is allowed. */
export function ceilingFailure(refusal: Refusal, config: Pick<ExecutorConfig, 'maxRefusalSeconds'>): Failure {
  const seconds = Math.round(ceilingMs(refusal, config) / 1000)
  return failureOf(refusal, seconds > 0 ? `${refusal.message} (for ${seconds} s)` : refusal.message)
}

function ceilingMs({ limitMs }: Refusal, { maxRefusalSeconds }: Pick<ExecutorConfig, 'maxRefusalSeconds'>): number {
  return Math.min(maxRefusalSeconds * 1000, limitMs ?? Number.POSITIVE_INFINITY)
}

/** Grows with each refusal; save for a cause that is not the launch's own, where a gate does that for all together. */
function delay(refusal: Refusal, sameCause: number, random: () => number): number {
  if (refusal.scope !== 'launch' && refusal.action !== 'repeat') sameCause = 1
  // A server that takes most creates tells each refused one by itself how long to wait; those need no wide spread.
  if (refusal.cause === TOO_MANY_REQUESTS && refusal.retryAfterMs) return refusal.retryAfterMs * (1 + SPREAD * random())
  const backoff = new Backoff({ ...refusal.backoff, random })
  for (let failure = 1; failure < sameCause && failure < 20; failure++) backoff.next()
  return backoff.next(refusal.retryAfterMs)
}

function failureOf({ failureClass, evidence }: Refusal, message: string): Failure {
  return { class: failureClass, evidence, message }
}
