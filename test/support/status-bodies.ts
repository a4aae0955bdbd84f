/** The body of a refusal: a Status as Kubernetes writes it. */
export interface StatusBody {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: object
  readonly status: 'Failure'
  readonly message: string
  readonly reason?: string
  readonly details?: object
  readonly code: number
}

/** A refusal; without `reason` and `details` where they are not given. */
export function refusal(code: number, reason: string | null, message: string, details?: object): StatusBody {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason !== null && { reason }),
    ...(details && { details }),
    code,
  }
}

export const badRequest = (message: string) => refusal(400, 'BadRequest', message)

export const notFound = (kind: string, name: string) =>
  refusal(404, 'NotFound', `${kind} "${name}" not found`, { name, kind })

/** One field of a 422: `[reason, field, text]`, the reason without its `FieldValue`. */
export type Cause = readonly [reason: string, field: string, text: string]

/** 422: the message follows from kind, name and causes as in apimachinery's `NewInvalid`. */
export function invalid(
  { kind, name = '', group }: { readonly kind: string; readonly name?: string; readonly group?: string },
  ...causes: readonly Cause[]
): StatusBody {
  // As an aggregate of errors: each text once.
  const texts = [...new Set(causes.map(([, field, text]) => `${field}: ${text}`))]
  const said = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  return refusal(422, 'Invalid', `${group === undefined ? kind : `${kind}.${group}`} "${name}" is invalid: ${said}`, {
    ...(name !== '' && { name }),
    ...(group !== undefined && { group }),
    kind,
    causes: causes.map(([reason, field, message]) => ({ reason: `FieldValue${reason}`, message, field })),
  })
}
