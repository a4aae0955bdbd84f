import { KubeApiError } from '../kube/kube-errors.ts'
import {
  isConnectionError,
  isExpired,
  isForbidden,
  isServiceUnavailable,
  isTooLargeResourceVersion,
  isTooManyRequests,
  isUnauthorized,
} from '../kube/status-predicates.ts'

/**
 * One word for what broke a list or a watch, so that troubles can be counted and told once: the kind of a broken connection
 * (`dns`, `refused`, `tls`, `silence` …), `expired`, `version-too-large`, `unauthorized`, `rbac`, `too-many-requests`,
 * `unavailable`, `server-error`, `refused-<code>`, or `unexpected`.
 */
export function interruptionCause(error: unknown): string {
  if (isConnectionError(error)) return error.kind
  const [, word] = WORDS.find(([is]) => is(error)) ?? []
  if (word !== undefined) return word
  if (!(error instanceof KubeApiError)) return 'unexpected'
  return error.httpStatus >= 500 ? 'server-error' : `refused-${error.httpStatus}`
}

const WORDS: readonly (readonly [(error: unknown) => boolean, string])[] = [
  [isExpired, 'expired'],
  [isTooLargeResourceVersion, 'version-too-large'],
  [isUnauthorized, 'unauthorized'],
  // Nothing but a missing permission forbids a list or a watch.
  [isForbidden, 'rbac'],
  [isTooManyRequests, 'too-many-requests'],
  [isServiceUnavailable, 'unavailable'],
]
