import type { DeleteOptions } from '../object-registry.ts'
import type { ApiTypes } from '../schema/api-type.ts'
import { DecodeError, decodeObject } from '../schema/decode-object.ts'
import { badRequest, invalid } from '../status.ts'
import { FieldErrors } from '../validation/field-errors.ts'
import { typeMetaProblem } from './object-body.ts'
import { integerValue } from './query-values.ts'
import { BodySyntaxError, parseBody } from './request-body.ts'
import { checkDryRun } from './write-options.ts'

interface Given {
  readonly gracePeriodSeconds?: number
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly orphanDependents?: boolean
  readonly propagationPolicy?: string
  readonly dryRun?: readonly string[]
}

const POLICIES = ['Foreground', 'Background', 'Orphan', 'nil']

/**
 * Reads the options of a deletion: from the body if there is one, else from the query.
 *
 * @throws {ApiError} 400, 415, 422
 */
export function readDeleteOptions(
  types: ApiTypes,
  body: Buffer,
  contentType: string | undefined,
  query: URLSearchParams,
): DeleteOptions {
  const given = body.length > 0 ? fromBody(types, body, contentType) : fromQuery(query)
  const errors = new FieldErrors()
  const { propagationPolicy, orphanDependents, gracePeriodSeconds, preconditions } = given
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    errors.invalid(
      'propagationPolicy',
      propagationPolicy,
      'orphanDependents and deletionPropagation cannot be both set',
    )
  }
  if (propagationPolicy !== undefined && !POLICIES.slice(0, 3).includes(propagationPolicy)) {
    errors.notSupported('propagationPolicy', propagationPolicy, POLICIES)
  }
  const dryRun = checkDryRun(given.dryRun ?? [], errors)
  const policy = propagationPolicy ?? (orphanDependents ? 'Orphan' : undefined)
  if (!errors.isEmpty) throw invalid('DeleteOptions', '', errors, 'meta.k8s.io')
  return {
    dryRun,
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(preconditions && { preconditions }),
    ...(policy !== undefined && { propagationPolicy: policy }),
  }
}

function fromQuery(query: URLSearchParams): Given {
  const gracePeriodSeconds = integerValue(query, 'gracePeriodSeconds')
  const propagationPolicy = query.get('propagationPolicy')
  return {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy && { propagationPolicy }),
    dryRun: query.getAll('dryRun'),
  }
}

function fromBody(types: ApiTypes, body: Buffer, contentType: string | undefined): Given {
  let value: unknown
  try {
    value = parseBody(body, contentType, { types, kind: 'DeleteOptions', typeName: 'DeleteOptions' }).value
  } catch (error) {
    if (error instanceof BodySyntaxError) throw badRequest(error.message)
    throw error
  }
  const problem = typeMetaProblem(value)
  if (problem !== undefined) throw badRequest(problem)
  const { kind, apiVersion } = (value ?? {}) as { kind?: unknown; apiVersion?: unknown }
  if (kind && kind !== 'DeleteOptions') {
    throw badRequest(
      `no kind "${kind}" is registered for version "${apiVersion || 'meta.k8s.io/__internal'}" in scheme "pkg/runtime/scheme.go:111"`,
    )
  }
  try {
    return decodeObject(types, 'DeleteOptions', value).value as Given
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(error.message)
    throw error
  }
}
