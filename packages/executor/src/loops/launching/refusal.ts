import { KubeApiError, KubeConnectionError } from '../../kube/kube-errors.ts'
import { isAborted } from '../../kube/status-predicates.ts'
import type { FailureClass } from '../../pods/failure.ts'
import { neverWithinQuota } from './quota-message.ts'

/**
 * What to do about a refused create.
 *
 * - `fail` the task fails: the same create can never succeed
 * - `wait` the launch is put back; nothing was created
 * - `reload` as `wait`, for credentials that the client reads again
 * - `repeat` the pod may have been created: only the very same create may follow
 * - `identify` the name is taken: get the pod and see whose it is
 */
export type RefusalAction = 'fail' | 'wait' | 'reload' | 'repeat' | 'identify'

/** Whom a wait concerns: this launch, every launch into its namespace, or every create. */
export type RefusalScope = 'launch' | 'namespace' | 'all'

/** One answer of the API server to a create, and what follows from it. */
export interface Refusal {
  readonly action: RefusalAction
  /** Each cause has a backoff of its own: `quota`, `rbac`, `connection` … */
  readonly cause: string
  readonly scope: RefusalScope
  /** Of the task's failure, at once or when the ceiling is reached. */
  readonly failureClass: FailureClass
  /** `path=value`: the part of the answer that decided. */
  readonly evidence: string
  /** For people: what the server said, and what to do where we know it. */
  readonly message: string
  readonly backoff: { readonly initialMs: number; readonly maxMs: number }
  /** The server's own wish; the backoff never undercuts it. */
  readonly retryAfterMs?: number
  /** A ceiling below the general `maxRefusalSeconds`. */
  readonly limitMs?: number
}

interface Row {
  readonly cause: string
  readonly action: RefusalAction
  readonly class: FailureClass
  readonly scope?: RefusalScope
  readonly code?: number | readonly number[]
  readonly reason?: string
  readonly text?: RegExp
  readonly also?: (error: KubeApiError) => boolean
  readonly hint?: string
  readonly backoff?: readonly [initialMs: number, maxMs: number]
  readonly limitMs?: number
}

/** The cause of a 429: more at a time, or in a time, than the server or its front takes. */
export const TOO_MANY_REQUESTS = 'too-many-requests'

const SLOW = [2_000, 60_000] as const
const QUICK = [250, 15_000] as const

/** A service account that nobody made within this time will not be made for this task. */
const SERVICE_ACCOUNT_LIMIT_MS = 60_000

/** The first row that fits decides. Texts are those of the API server's admission plugins. */
const ROWS: readonly Row[] = [
  { cause: 'webhook-denied', action: 'fail', class: 'config', text: /admission webhook ".*" denied the request/ },
  { cause: 'unauthorized', action: 'reload', class: 'config', code: 401, scope: 'all', backoff: [1_000, 30_000] },
  {
    cause: 'rbac',
    action: 'wait',
    class: 'config',
    code: 403,
    text: /cannot \w+ resource/,
    scope: 'namespace',
    backoff: SLOW,
    // Not by name: after a create whose answer was lost it may be the get of the pod that was refused.
    hint: 'grant the executor that verb on pods in this namespace',
  },
  {
    cause: 'quota-too-small',
    action: 'fail',
    class: 'capacity',
    code: 403,
    text: /exceeded quota/,
    also: (error) => neverWithinQuota(error.status.message ?? '') !== null,
    hint: 'the pod alone asks for more than the quota allows',
  },
  {
    cause: 'quota',
    action: 'wait',
    class: 'capacity',
    code: 403,
    text: /exceeded quota/,
    scope: 'namespace',
    backoff: [1_000, 30_000],
  },
  {
    cause: 'quota-unknown',
    action: 'wait',
    class: 'capacity',
    code: 403,
    text: /status unknown for quota/,
    scope: 'namespace',
  },
  {
    cause: 'admission-not-ready',
    action: 'wait',
    class: 'infrastructure',
    code: 403,
    text: /not yet ready to handle request/,
  },
  {
    cause: 'service-account',
    action: 'wait',
    class: 'config',
    code: 403,
    text: /error looking up service account/,
    limitMs: SERVICE_ACCOUNT_LIMIT_MS,
    hint: 'create the service account, or name another one in the pod template',
  },
  {
    cause: 'namespace-terminating',
    action: 'wait',
    class: 'config',
    code: 403,
    text: /because it is being terminated/,
    scope: 'namespace',
    backoff: SLOW,
  },
  // PriorityClass, PodSecurity, LimitRanger, and whatever else an admission plugin forbids.
  { cause: 'forbidden', action: 'fail', class: 'config', code: 403 },
  {
    cause: 'namespace-missing',
    action: 'wait',
    class: 'config',
    code: 404,
    text: /^namespaces? .* not found/,
    scope: 'namespace',
    backoff: SLOW,
    hint: 'create the namespace',
  },
  { cause: 'name-taken', action: 'identify', class: 'config', code: 409, reason: 'AlreadyExists' },
  { cause: 'conflict', action: 'wait', class: 'infrastructure', code: 409 },
  { cause: 'request-timeout', action: 'repeat', class: 'infrastructure', code: 408 },
  { cause: 'expired', action: 'wait', class: 'infrastructure', code: 410 },
  {
    cause: TOO_MANY_REQUESTS,
    action: 'wait',
    class: 'infrastructure',
    code: 429,
    scope: 'all',
    backoff: [1_000, 30_000],
  },
  // A template or hook that sets metadata.resourceVersion: a 500, and yet the sender's fault.
  { cause: 'invalid', action: 'fail', class: 'config', code: 500, text: /should not be set on objects to be created/ },
  {
    cause: 'quota-timeout',
    action: 'repeat',
    class: 'infrastructure',
    code: 500,
    text: /quota evaluation timed out/,
    scope: 'namespace',
    backoff: [1_000, 30_000],
  },
  {
    cause: 'webhook-failed',
    action: 'repeat',
    class: 'infrastructure',
    code: 500,
    text: /failed calling webhook/,
    scope: 'namespace',
    backoff: [1_000, 30_000],
  },
  {
    cause: 'unavailable',
    action: 'repeat',
    class: 'infrastructure',
    code: [502, 503],
    scope: 'all',
    backoff: [1_000, 15_000],
  },
  // A slow webhook or a sick storage: which of them the answer does not say, so that one namespace waits and not all.
  {
    cause: 'server-error',
    action: 'repeat',
    class: 'infrastructure',
    also: (error) => error.httpStatus >= 500,
    scope: 'namespace',
  },
  { cause: 'invalid', action: 'fail', class: 'config', code: [400, 422] },
  { cause: 'refused', action: 'fail', class: 'config' },
]

/**
 * What to do after a create failed with `error`. Pure; a table in which every row is a test. Airflow: the classification
 * of creation errors in the executor's `sync`, with the differences of docs/airflow-parity.md.
 */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof KubeApiError) return apiRefusal(error)
  if (error instanceof KubeConnectionError) return connectionRefusal(error)
  const text = error instanceof Error ? error.message : String(error)
  return {
    action: 'fail',
    cause: 'unexpected',
    scope: 'launch',
    failureClass: 'config',
    evidence: `error=${error instanceof Error ? error.name : typeof error}`,
    message: text,
    backoff: { initialMs: QUICK[0], maxMs: QUICK[1] },
  }
}

function apiRefusal(error: KubeApiError): Refusal {
  const row = ROWS.find((candidate) => matches(candidate, error))
  // The last row takes everything.
  if (!row) throw new Error('no row of the refusal table fits', { cause: error })
  const [initialMs, maxMs] = row.backoff ?? QUICK
  const said = error.status.message?.trim() || error.message
  return {
    action: row.action,
    cause: row.cause,
    scope: row.scope ?? 'launch',
    failureClass: row.class,
    evidence: evidenceOf(error),
    message: row.hint ? `${said}: ${row.hint}` : said,
    backoff: { initialMs, maxMs },
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(row.limitMs === undefined ? {} : { limitMs: row.limitMs }),
  }
}

function matches(row: Row, error: KubeApiError): boolean {
  const codes = row.code === undefined ? [] : [row.code].flat()
  return (
    (codes.length === 0 || codes.includes(error.httpStatus)) &&
    (row.reason === undefined || row.reason === error.status.reason) &&
    (row.text === undefined || row.text.test(error.status.message ?? '')) &&
    (row.also === undefined || row.also(error))
  )
}

/** The server's field path where it names one, else its reason. */
function evidenceOf(error: KubeApiError): string {
  const cause = error.status.details?.causes?.find(({ field }) => field)
  if (cause) return `${cause.field}=${cause.reason ?? cause.message ?? ''}`
  return error.status.reason ? `reason=${error.status.reason}` : `code=${error.httpStatus}`
}

/** No answer. Where the request certainly never arrived nothing was created, but repeating the same create is right all the same. */
function connectionRefusal(error: KubeConnectionError): Refusal {
  return {
    action: isAborted(error) ? 'repeat' : error.kind === 'tls' ? 'reload' : 'repeat',
    cause: `connection-${error.kind}`,
    scope: 'all',
    failureClass: 'infrastructure',
    evidence: `connection=${error.kind}`,
    message: error.message,
    backoff: { initialMs: 100, maxMs: 15_000 },
  }
}

/** The server, or the way to it, cannot do what it has to: the sign to send far fewer creates at a time. */
export function isOverload(error: unknown): boolean {
  if (error instanceof KubeApiError) return error.httpStatus === 503 || error.httpStatus === 504
  return error instanceof KubeConnectionError && error.kind === 'timeout'
}
