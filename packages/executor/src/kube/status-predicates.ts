import { KubeApiError, KubeConnectionError } from './kube-errors.ts'

/** What a refusal is, asked of any error. Kubernetes: apimachinery's `errors.IsNotFound` and its siblings. */
type Predicate = (error: unknown) => boolean

/** By the reason that the server gives; by the HTTP code only where it gives none that is known to us. */
function refusal(reasons: readonly string[], codes: readonly number[]): Predicate {
  return (error) => {
    if (!(error instanceof KubeApiError)) return false
    const { reason, code } = error.status
    if (reason !== undefined && KNOWN_REASONS.has(reason)) return reasons.includes(reason)
    return codes.includes(error.httpStatus) || (code !== undefined && codes.includes(code))
  }
}

const KNOWN_REASONS: ReadonlySet<string> = new Set([
  'Unauthorized',
  'Forbidden',
  'NotFound',
  'AlreadyExists',
  'Conflict',
  'Gone',
  'Invalid',
  'ServerTimeout',
  'StoreReadError',
  'Timeout',
  'TooManyRequests',
  'BadRequest',
  'MethodNotAllowed',
  'NotAcceptable',
  'RequestEntityTooLarge',
  'UnsupportedMediaType',
  'InternalError',
  'Expired',
  'ServiceUnavailable',
])

/** 404: the object, or its namespace (`error.status.details.kind` tells), is not there. */
export const isNotFound = refusal(['NotFound'], [404])

/** 409 of a create: the name is taken. */
export const isAlreadyExists = refusal(['AlreadyExists'], [])

/** 409: a precondition (uid, version) does not hold. Not {@link isAlreadyExists}. */
export const isConflict = refusal(['Conflict'], [409])

/** 410: the resource version or continue token is older than what the server still has. Begin again with a list. */
export const isExpired = refusal(['Expired', 'Gone'], [410])

/** 401: the credentials are missing, wrong or too old. */
export const isUnauthorized = refusal(['Unauthorized'], [401])

/** 403: not allowed; or refused by quota or admission, which only the message tells. */
export const isForbidden = refusal(['Forbidden'], [403])

/** 422: fields of the object are invalid; `error.status.details.causes` names them. */
export const isInvalid = refusal(['Invalid'], [422])

/** 400: the request itself makes no sense to the server, an unknown field under strict validation for one. */
export const isBadRequest = refusal(['BadRequest'], [400])

/** 413: the object is too large. */
export const isRequestTooLarge = refusal(['RequestEntityTooLarge'], [413])

/** 429: too many requests; {@link retryAfterMs} says how long to wait. */
export const isTooManyRequests = refusal(['TooManyRequests'], [429])

/** 500 or 504: the server gave up waiting for something behind it. The request may have been carried out. */
export const isServerTimeout = refusal(['ServerTimeout', 'Timeout'], [504])

/** 500: something behind the server failed, a webhook or etcd for instance. */
export const isInternalError = refusal(['InternalError', 'StoreReadError'], [500])

/** 503 or a proxy's 502: the server, or the way to it, is not there at present. */
export const isServiceUnavailable = refusal(['ServiceUnavailable'], [502, 503])

/** 504 with the cause ResourceVersionTooLarge: the version asked for lies in this server's future. */
export function isTooLargeResourceVersion(error: unknown): boolean {
  if (!(error instanceof KubeApiError && isServerTimeout(error))) return false
  const causes = error.status.details?.causes ?? []
  // Servers before 1.22 give the message alone, as client-go's reflector still expects.
  return (
    causes.some(({ reason, message }) => reason === 'ResourceVersionTooLarge' || message === TOO_LARGE) ||
    (error.status.message ?? '').includes(TOO_LARGE)
  )
}

const TOO_LARGE = 'Too large resource version'

/** No answer: the connection broke, or there was none. */
export function isConnectionError(error: unknown): error is KubeConnectionError {
  return error instanceof KubeConnectionError
}

/** The caller's signal or `close()` ended the request: no trouble of the server's. */
export function isAborted(error: unknown): boolean {
  return isConnectionError(error) && error.kind === 'aborted'
}

/**
 * The same request may well succeed later: 429, every 5xx, 408, and a broken connection. Not 401, which the client has
 * already tried with fresh credentials, and not a rejected certificate.
 */
export function isRetriable(error: unknown): boolean {
  if (error instanceof KubeApiError) {
    return isTooManyRequests(error) || error.httpStatus === 408 || error.httpStatus >= 500
  }
  return isConnectionError(error) && error.kind !== 'aborted' && error.kind !== 'tls'
}

/** The request may have been carried out although no success was seen: only a repetition of the *same* request is safe. */
export function isAmbiguous(error: unknown): boolean {
  if (error instanceof KubeApiError) return error.httpStatus >= 500
  return isConnectionError(error) && error.mayHaveArrived
}

/** How long the server asked us to wait, in milliseconds; undefined when it did not. */
export function retryAfterMs(error: unknown): number | undefined {
  return error instanceof KubeApiError ? error.retryAfterMs : undefined
}
