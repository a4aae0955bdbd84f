import {
  isConnectionError,
  isForbidden,
  isServiceUnavailable,
  isTooManyRequests,
  isUnauthorized,
} from '../kube/status-predicates.ts'

/**
 * Whether a watch that fails like this again and again at one version may be cured by a list: silence (a restored etcd
 * makes the server hold back everything up to our version), a line that cannot be parsed, a version too large or
 * unknown, an ERROR event. Not a server that is away, overloaded or does not let us in: a list would only add to its load.
 */
export function needsRelist(error: unknown): boolean {
  if (isConnectionError(error)) return error.kind === 'silence' || error.kind === 'protocol'
  return !(isUnauthorized(error) || isForbidden(error) || isTooManyRequests(error) || isServiceUnavailable(error))
}
