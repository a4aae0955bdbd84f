import { goQuoted } from './go-text.ts'
import type { FieldErrors } from './validation/field-errors.ts'

/** A resource as it is called in messages: `pods`, `events.events.k8s.io`. */
export interface ResourceName {
  readonly group: string
  readonly plural: string
}

export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

/** The object that stands for the outcome of a request. */
export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: Readonly<Record<string, unknown>>
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly code?: number
}

/** A request that is refused; the server answers with the Status. Messages are Kubernetes' own. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: number
  readonly status: Status

  constructor(
    code: number,
    { message, reason, details, metadata = {} }: Pick<Status, 'message' | 'reason' | 'details'> & Partial<Status>,
  ) {
    super(message)
    this.code = code
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      ...(message !== undefined && { message }),
      ...(reason !== undefined && { reason }),
      ...(details !== undefined && { details }),
      code,
    }
  }
}

export function qualifiedName({ group, plural }: ResourceName): string {
  return group === '' ? plural : `${plural}.${group}`
}

function detailsOf(resource: ResourceName, name: string): StatusDetails {
  return {
    ...(name !== '' && { name }),
    ...(resource.group !== '' && { group: resource.group }),
    kind: resource.plural,
  }
}

export function success(details?: StatusDetails, code?: number): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    ...(details && { details }),
    ...(code !== undefined && { code }),
  }
}

export function unauthorized(): ApiError {
  return new ApiError(401, { message: 'Unauthorized', reason: 'Unauthorized' })
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, { message, reason: 'BadRequest' })
}

export function notFound(resource: ResourceName, name: string): ApiError {
  return new ApiError(404, {
    message: `${qualifiedName(resource)} ${goQuoted(name)} not found`,
    reason: 'NotFound',
    details: detailsOf(resource, name),
  })
}

/** The path names no resource of ours. */
export function unknownResource(): ApiError {
  return new ApiError(404, {
    message: 'the server could not find the requested resource',
    reason: 'NotFound',
    details: {},
  })
}

export function methodNotAllowed(): ApiError {
  return new ApiError(405, {
    message: 'the server does not allow this method on the requested resource',
    reason: 'MethodNotAllowed',
    details: {},
  })
}

/** `isBeingDeleted`: the one of that name is about to go; `isGenerated`: the new one asked for a name of the server. */
export function alreadyExists(
  resource: ResourceName,
  name: string,
  { isBeingDeleted = false, isGenerated = false } = {},
): ApiError {
  const before = isBeingDeleted ? 'object is being deleted: ' : ''
  const after = isGenerated ? ', the server was not able to generate a unique name for the object' : ''
  return new ApiError(409, {
    message: `${before}${qualifiedName(resource)} ${goQuoted(name)} already exists${after}`,
    reason: 'AlreadyExists',
    details: { ...detailsOf(resource, name), ...(isGenerated && { retryAfterSeconds: 1 }) },
  })
}

export function conflict(resource: ResourceName, name: string, why: string): ApiError {
  return new ApiError(409, {
    message: `Operation cannot be fulfilled on ${qualifiedName(resource)} ${goQuoted(name)}: ${why}`,
    reason: 'Conflict',
    details: detailsOf(resource, name),
  })
}

/** The text of a write whose object names another namespace than its path. */
export const OTHER_NAMESPACE = 'the namespace of the provided object does not match the namespace sent on the request'

/** The text of a write whose resourceVersion is not the newest. */
export const MODIFIED_SINCE =
  'the object has been modified; please apply your changes to the latest version and try again'

export function forbidden(
  resource: ResourceName,
  name: string,
  why: string,
  causes?: readonly StatusCause[],
): ApiError {
  const what = name === '' ? qualifiedName(resource) : `${qualifiedName(resource)} ${goQuoted(name)}`
  return new ApiError(403, {
    message: `${what} is forbidden: ${why}`,
    reason: 'Forbidden',
    details: { ...detailsOf(resource, name), ...(causes && { causes }) },
  })
}

/** 422 with every problem at once; `group` is that of the kind (`meta.k8s.io` for options). */
export function invalid(kind: string, name: string, errors: FieldErrors, group = ''): ApiError {
  return new ApiError(422, {
    message: `${group === '' ? kind : `${kind}.${group}`} ${goQuoted(name)} is invalid: ${errors.summary()}`,
    reason: 'Invalid',
    details: {
      ...(name !== '' && { name }),
      ...(group !== '' && { group }),
      ...(kind !== '' && { kind }),
      causes: errors.all.map(({ type, body, path }) => ({ reason: type, message: body, field: path })),
    },
  })
}

/** 422 for a patch that cannot be applied; Kubernetes says no more. */
export function unprocessablePatch(): ApiError {
  return new ApiError(422, {
    message: 'the server rejected our request due to an error in our request',
    reason: 'Invalid',
    details: {},
  })
}

export function notAcceptable(message: string, details?: StatusDetails): ApiError {
  return new ApiError(406, { message, reason: 'NotAcceptable', ...(details && { details }) })
}

export function unsupportedMediaType(message: string, details?: StatusDetails): ApiError {
  return new ApiError(415, { message, reason: 'UnsupportedMediaType', ...(details && { details }) })
}

export function requestEntityTooLarge(limitBytes: number): ApiError {
  return new ApiError(413, {
    message: `Request entity too large: limit is ${limitBytes}`,
    reason: 'RequestEntityTooLarge',
  })
}

/** 410, as HTTP status of a list or inside a watch. `metadata` may carry a token that goes on. */
export function expired(message: string, metadata: Readonly<Record<string, unknown>> = {}): ApiError {
  return new ApiError(410, { message, reason: 'Expired', metadata })
}

export function tooLargeResourceVersion(wanted: number, current: number): ApiError {
  return new ApiError(504, {
    message: `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    reason: 'Timeout',
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  })
}

/** 500 without a reason, where Kubernetes lets an error of its own through. */
export function unreasoned(message: string): ApiError {
  return new ApiError(500, { message })
}

export function internalError(message: string): ApiError {
  return new ApiError(500, {
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
  })
}
