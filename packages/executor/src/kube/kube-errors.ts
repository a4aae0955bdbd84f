import { ExecutorError, InputError } from '../errors.ts'
import type { Problem } from '../problem.ts'
import type { Status } from './types.ts'

/** The longest piece of a server's words that goes into a message; the whole stays in {@link KubeApiError.status}. */
const MESSAGE_LIMIT = 1_000

export interface KubeApiErrorFields {
  readonly status: Status
  readonly httpStatus: number
  readonly method: string
  /** Without the query, which may hold what should not be logged. */
  readonly path: string
  readonly retryAfterMs?: number
}

/**
 * The API server answered, and the answer is a refusal. Ask the predicates of `status-predicates.ts` what kind it is.
 * Where the body was no Status (a proxy's HTML, nothing at all), `status` is made of the HTTP code and holds the body as its message.
 */
export class KubeApiError extends ExecutorError<'KUBE_API'> {
  override readonly name = 'KubeApiError'
  /** What the server said, whole. */
  readonly status: Status
  readonly httpStatus: number
  readonly method: string
  readonly path: string
  /** How long the server asks us to wait: its Retry-After header (seconds or a date), or `details.retryAfterSeconds`. */
  readonly retryAfterMs: number | undefined

  constructor(fields: KubeApiErrorFields) {
    super('KUBE_API', apiErrorMessage(fields))
    this.status = fields.status
    this.httpStatus = fields.httpStatus
    this.method = fields.method
    this.path = fields.path
    const asked = fields.status.details?.retryAfterSeconds
    this.retryAfterMs = fields.retryAfterMs ?? (asked === undefined ? undefined : asked * 1000)
  }
}

function apiErrorMessage({ status, httpStatus, method, path }: KubeApiErrorFields): string {
  const reason = status.reason ? ` ${status.reason}` : ''
  const text = oneLine(status.message ?? '')
  return `the API server answered ${httpStatus}${reason} to ${method} ${path}${text ? `: ${text}` : ''}`
}

/**
 * What broke between us and the server.
 *
 * - `dns` the host name has no address
 * - `refused` nothing listens there
 * - `unreachable` no route, or no answer to the connection within its deadline
 * - `tls` the certificates of either side are not accepted
 * - `reset` the connection ended before the answer did
 * - `timeout` no whole answer within the request's deadline
 * - `silence` a stream without a byte for longer than its limit
 * - `protocol` the answer is not what an API server sends
 * - `credentials` there are none to present: a token file cannot be read, an exec plugin failed
 * - `aborted` the caller's signal, or `close()`
 */
export type KubeConnectionErrorKind =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'tls'
  | 'reset'
  | 'timeout'
  | 'silence'
  | 'protocol'
  | 'credentials'
  | 'aborted'

export interface KubeConnectionErrorFields {
  readonly kind: KubeConnectionErrorKind
  /** `https://host:port` of the server. */
  readonly server: string
  readonly method: string
  readonly path: string
  /** What happened, in a few words. */
  readonly reason: string
  /** False only when it is certain that the server never got the request. */
  readonly mayHaveArrived: boolean
  readonly cause?: unknown
}

/** There was no answer, or none that can be read. The message is one line with the address and the cause. */
export class KubeConnectionError extends ExecutorError<'KUBE_CONNECTION'> {
  override readonly name = 'KubeConnectionError'
  readonly kind: KubeConnectionErrorKind
  readonly server: string
  readonly method: string
  readonly path: string
  /** True: the server may have done what was asked, so only a repetition of the *same* request is safe. */
  readonly mayHaveArrived: boolean

  constructor(fields: KubeConnectionErrorFields) {
    const { server, method, path, reason } = fields
    const cause = fields.cause === undefined ? undefined : { cause: fields.cause }
    super(
      'KUBE_CONNECTION',
      oneLine(`no answer from the Kubernetes API at ${server} to ${method} ${path}: ${reason}`),
      cause,
    )
    this.kind = fields.kind
    this.server = server
    this.method = method
    this.path = path
    this.mayHaveArrived = fields.mayHaveArrived
  }
}

/**
 * Cluster or credentials cannot be read or used. `problems` has all of them at once, with paths like
 * `users[admin].user.client-key-data`; a secret's value is never in them.
 */
export class KubeConfigError extends InputError<'KUBE_CONFIG'> {
  override readonly name = 'KubeConfigError'

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super('KUBE_CONFIG', problems, options)
  }
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= MESSAGE_LIMIT ? line : `${line.slice(0, MESSAGE_LIMIT)}…`
}
