import { BodySyntaxError, parseJson } from '../http/request-body.ts'
import type { ApiTypes } from '../schema/api-type.ts'
import { isRecord } from '../schema/is-record.ts'
import { type JsonNotes, NO_NOTES } from '../schema/json-text.ts'
import { ApiError, badRequest, invalid, unprocessablePatch, unreasoned, unsupportedMediaType } from '../status.ts'
import { FieldErrors } from '../validation/field-errors.ts'
import { applyJsonPatch, PatchFailed } from './json-patch.ts'
import { applyMergePatch } from './merge-patch.ts'
import { applyStrategicMergePatch, StrategicFormatError, StrategicPatchError, shown } from './strategic-merge-patch.ts'
import { duplicateFields, operationProblems } from './strict-fields.ts'

type Fields = Record<string, unknown>

const MAX_OPERATIONS = 10_000

/** What a PATCH may send. */
export const PATCH_MEDIA_TYPES: readonly string[] = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

/**
 * Whether a patch is for server-side apply.
 *
 * @throws {ApiError} 415 when it is no patch
 */
export function isApplyPatch(contentType: string | undefined): boolean {
  return patchType(contentType) === 'application/apply-patch+yaml'
}

function patchType(contentType: string | undefined): string {
  const mediaType = (contentType ?? '').replace(/;.*/s, '')
  if (PATCH_MEDIA_TYPES.includes(mediaType)) return mediaType
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${PATCH_MEDIA_TYPES.join(', ')}`,
  )
}

/** A patch that is read and can be applied. */
export interface ReadPatch {
  /** The patched object, kind and apiVersion included. */
  apply(current: Fields): unknown
  /** What the answer shows of a patch whose result is no object of the kind. */
  shownResult(result: unknown): string
  readonly notes: JsonNotes
  /** What is wrong with it for those who want it strict. */
  readonly strictErrors: readonly string[]
  /** Its result may not name another kind. */
  readonly checksKind: boolean
}

/**
 * Looks at a patch's media type. Its content is read by the function that is returned, once there is an object to
 * change: that is the order in which Kubernetes refuses.
 *
 * @param isLenient unknown fields are ignored
 * @throws {ApiError} 415; the function: 400
 */
export function readPatch(
  types: ApiTypes,
  typeName: string,
  body: Buffer,
  contentType: string | undefined,
  { isLenient }: { readonly isLenient: boolean },
): () => ReadPatch {
  switch (patchType(contentType)) {
    case 'application/json-patch+json':
      return () => jsonPatch(body, isLenient)
    case 'application/merge-patch+json':
      return () => mergePatch(body, isLenient)
    case 'application/strategic-merge-patch+json':
      return () => strategicPatch(types, typeName, body)
    default:
      throw unsupportedMediaType('the dev cluster has no server-side apply: use kubectl apply without --server-side')
  }
}

function jsonPatch(body: Buffer, isLenient: boolean): ReadPatch {
  const { value: given, notes } = parsed(body, 'error decoding patch: ')
  const value = given ?? []
  if (!Array.isArray(value)) {
    // Only who wants to hear of unknown fields has the operations read first.
    const [before, type] = isLenient ? ['', 'jsonpatch.Patch'] : ['error decoding patch: ', '[]handlers.jsonPatchOp']
    throw badRequest(`${before}json: cannot unmarshal ${kindOf(value)} into Go value of type ${type}`)
  }
  for (const operation of value) checkOperation(operation, isLenient)
  if (value.length > MAX_OPERATIONS) {
    throw new ApiError(413, {
      message: `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${value.length}`,
      reason: 'RequestEntityTooLarge',
    })
  }
  return {
    apply(current) {
      try {
        return applyJsonPatch(current, value)
      } catch (error) {
        if (error instanceof PatchFailed) throw unprocessablePatch()
        throw error
      }
    },
    shownResult: (result) => JSON.stringify(result),
    notes: NO_NOTES,
    strictErrors: operationProblems(value, notes),
    checksKind: true,
  }
}

function checkOperation(operation: unknown, isLenient: boolean): void {
  const refuse = (value: unknown, where: string) =>
    badRequest(`error decoding patch: json: cannot unmarshal ${kindOf(value)} into Go ${where}`)
  if (operation === null) return
  if (!isRecord(operation)) throw refuse(operation, 'value of type handlers.jsonPatchOp')
  // Its fields are then read when it is applied.
  if (isLenient) return
  for (const field of ['op', 'path', 'from']) {
    const value = operation[field]
    if (value === undefined || value === null || typeof value === 'string') continue
    throw refuse(value, `struct field jsonPatchOp.${field} of type string`)
  }
}

function mergePatch(body: Buffer, isLenient: boolean): ReadPatch {
  const { value, notes } = isLenient ? unreadAsNothing(body) : parsed(body, 'error decoding patch: ')
  // Only who wants to hear of unknown fields has it read as an object first.
  if (value === null || (isLenient && typeof value !== 'object')) throw badRequest('Invalid JSON Patch')
  const patch = isLenient && Array.isArray(value) ? value : objectOrRefused(value, 'error decoding patch: ')
  return {
    apply: (current) => applyMergePatch(current, patch),
    shownResult: (result) => JSON.stringify(result),
    ...(Array.isArray(patch) ? { notes, strictErrors: [] } : strictly(patch, notes)),
    checksKind: true,
  }
}

function strategicPatch(types: ApiTypes, typeName: string, body: Buffer): ReadPatch {
  const { value, notes } = parsed(body, '')
  const patch = objectOrRefused(value, '')
  return {
    apply(current) {
      try {
        return applyStrategicMergePatch(types, typeName, current, patch)
      } catch (error) {
        if (error instanceof StrategicFormatError) throw badRequest(error.message)
        if (!(error instanceof StrategicPatchError)) throw error
        throw unreasoned(error.message)
      }
    },
    shownResult: () => shown(patch),
    ...strictly(patch, { ...notes, areConverted: true }),
    checksKind: false,
  }
}

/** 422 for a patch whose result cannot be read as the kind. */
export function invalidPatch(shownPatch: string, problem: string): ApiError {
  const errors = new FieldErrors()
  errors.invalid('patch', shownPatch, problem)
  return invalid('', '', errors)
}

/** Repeated keys are told of the patch, and not again of what it makes. */
function strictly(patch: Fields, notes: JsonNotes): Pick<ReadPatch, 'notes' | 'strictErrors'> {
  return { notes: { ...notes, repeated: new Map() }, strictErrors: duplicateFields(patch, notes) }
}

function parsed(body: Buffer, prefix: string) {
  try {
    const read = parseJson(body, prefix)
    const tooLarge = numberBeyondFloat(read.notes)
    if (tooLarge === undefined) return read
    throw badRequest(`${prefix}json: cannot unmarshal number ${tooLarge} into Go value of type float64`)
  } catch (error) {
    if (error instanceof BodySyntaxError) throw badRequest(error.message)
    throw error
  }
}

/** The first number that no float can hold, as it is written. */
function numberBeyondFloat({ literals }: JsonNotes): string | undefined {
  for (const written of literals.values()) {
    for (const literal of written.values()) if (!Number.isFinite(Number(literal))) return literal
  }
  return undefined
}

function unreadAsNothing(body: Buffer) {
  try {
    return parseJson(body, '')
  } catch (error) {
    if (error instanceof BodySyntaxError) return { value: null, notes: NO_NOTES }
    throw error
  }
}

function objectOrRefused(value: unknown, prefix: string): Fields {
  if (isRecord(value)) return value
  if (value === null) return {}
  throw badRequest(`${prefix}json: cannot unmarshal ${kindOf(value)} into Go value of type map[string]interface {}`)
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
