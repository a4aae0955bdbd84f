import { goJson, goQuoted } from '../go-text.ts'
import type { DeleteOptions } from '../registry/object-registry.ts'
import { apiVersionOf } from '../resource-registry.ts'
import type { ApiTypes } from '../schema/api-type.ts'
import { DecodeError, decodeObject } from '../schema/decode-object.ts'
import { badRequest, invalid } from '../status.ts'
import { FieldErrors } from '../validation/field-errors.ts'
import { booleanValue, integerValue } from './query-values.ts'
import { BodySyntaxError, parseBody } from './request-body.ts'
import { readTypeMeta, TypeMetaError } from './type-meta.ts'
import { checkDryRun } from './write-options.ts'

/** The options of a deletion as a client gives them. */
export interface GivenDeleteOptions {
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
  return checkedDeleteOptions(body.length > 0 ? fromBody(types, body, contentType) : fromQuery(query))
}

/** @throws {ApiError} 422 */
export function checkedDeleteOptions(given: GivenDeleteOptions): DeleteOptions {
  const errors = new FieldErrors()
  const { propagationPolicy, orphanDependents, gracePeriodSeconds, preconditions } = given
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    errors.invalid(
      'propagationPolicy',
      propagationPolicy,
      'orphanDependents and deletionPropagation cannot be both set',
      // As of every pointer, its JSON is shown.
      goJson,
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
    ...(orphanDependents === false && { keepsNoDependents: true }),
  }
}

function fromQuery(query: URLSearchParams): GivenDeleteOptions {
  const gracePeriodSeconds = integerValue(query, 'gracePeriodSeconds')
  const propagationPolicy = query.get('propagationPolicy')
  const uid = query.get('uid')
  const resourceVersion = query.get('resourceVersion')
  const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) }
  return {
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy !== null && { propagationPolicy }),
    ...(query.has('orphanDependents') && { orphanDependents: booleanValue(query, 'orphanDependents') }),
    ...((uid || resourceVersion) && { preconditions }),
    dryRun: query.getAll('dryRun'),
  }
}

const DELETE_OPTIONS = { kind: 'DeleteOptions', group: 'meta.k8s.io', version: 'v1' }
/** What else is of every group. */
const OTHER_OPTIONS = ['Status', 'ListOptions', 'GetOptions', 'CreateOptions', 'UpdateOptions', 'PatchOptions']

function fromBody(types: ApiTypes, body: Buffer, contentType: string | undefined): GivenDeleteOptions {
  try {
    const parsed = parseBody(body, contentType, { types, kind: 'DeleteOptions', typeName: 'DeleteOptions' })
    const said = readTypeMeta(parsed, DELETE_OPTIONS)
    if (said.version === '') throw badRequest(`Object 'apiVersion' is missing in '${body.toString()}'`)
    if (OTHER_OPTIONS.includes(said.kind)) {
      throw badRequest(`converting (v1.${said.kind}) to (v1.DeleteOptions): unknown conversion`)
    }
    // There are some in every group: whichever is named will do.
    if (said.kind !== DELETE_OPTIONS.kind) {
      throw badRequest(
        `no kind ${goQuoted(said.kind)} is registered for version ${goQuoted(apiVersionOf(said))} in scheme "pkg/runtime/scheme.go:111"`,
      )
    }
    return decodeObject(types, 'DeleteOptions', parsed.value, parsed.notes).value as GivenDeleteOptions
  } catch (error) {
    if (error instanceof BodySyntaxError || error instanceof TypeMetaError || error instanceof DecodeError) {
      throw badRequest(error.message)
    }
    throw error
  }
}
