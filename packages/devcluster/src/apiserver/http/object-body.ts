import type { KubeObject } from '../../storage/kube-object.ts'
import { apiVersionOf } from '../resource-registry.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import type { ApiTypes } from '../schema/api-type.ts'
import { DecodeError, decodeObject } from '../schema/decode-object.ts'
import { badRequest } from '../status.ts'
import { BodySyntaxError, type ParsedBody, parseBody } from './request-body.ts'

/** What to do about fields that are unknown or there twice. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** The kind that a body must have. */
export interface ExpectedKind {
  readonly kind: string
  readonly group: string
  readonly version: string
  readonly typeName: string
  /** Older forms of the same that are read too: `policy/v1beta1`. */
  readonly alsoVersions?: readonly string[]
}

export interface ObjectBody {
  readonly object: KubeObject
  readonly warnings: readonly string[]
}

const NO_KIND = 'is registered for version'
const SCHEME = 'in scheme "pkg/runtime/scheme.go:111"'
/** Kinds of the core group that are known but are not the one that is wanted. */
const CORE_KINDS =
  /^(Pod|Node|Namespace|ConfigMap|Secret|ServiceAccount|Event|Binding|Service|Endpoints|PersistentVolume|PersistentVolumeClaim|LimitRange|ResourceQuota|ReplicationController|PodTemplate|Status|List|DeleteOptions)$/

/**
 * Reads the body of a create or an update as an object of one kind.
 *
 * @throws {ApiError} 400 in the words of Kubernetes, 415
 */
export function readObject(
  types: ApiTypes,
  expected: ExpectedKind,
  body: Buffer,
  contentType: string | undefined,
  fieldValidation: FieldValidation,
): ObjectBody {
  const parsed = parsedOrRefused(types, body, contentType, expected)
  const { kind, version } = checkedKind(parsed.value, expected, body)
  const decoded = decodedOrRefused(types, expected, parsed, kind, version)
  const strictErrors = [...parsed.strictErrors, ...decoded.strictErrors]
  if (fieldValidation === 'Strict' && strictErrors.length > 0) {
    throw unhandled(kind, version, expected.kind, `strict decoding error: ${strictErrors.join(', ')}`)
  }
  return {
    object: decoded.value as unknown as KubeObject,
    warnings: fieldValidation === 'Warn' ? strictErrors : [],
  }
}

/** The kind of a resource's own objects. */
export function kindOfResource({ kind, group, version, typeName }: ResourceDefinition): ExpectedKind {
  return { kind, group, version, typeName }
}

function parsedOrRefused(
  types: ApiTypes,
  body: Buffer,
  contentType: string | undefined,
  { kind, typeName }: ExpectedKind,
): ParsedBody {
  try {
    return parseBody(body, contentType, { types, kind, typeName })
  } catch (error) {
    if (error instanceof BodySyntaxError) throw unrecognized(kind, error.message, body)
    throw error
  }
}

function checkedKind(value: unknown, expected: ExpectedKind, body: Buffer) {
  if (value !== null && (typeof value !== 'object' || Array.isArray(value))) {
    const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
    const struct =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
    throw unrecognized(
      expected.kind,
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${found} into Go value of type ${struct}`,
      body,
    )
  }
  const said = (value ?? {}) as { kind?: unknown; apiVersion?: unknown }
  const problem = typeMetaProblem(value)
  if (problem !== undefined) throw unrecognized(expected.kind, problem, body)
  const kind = (said.kind as string | undefined) || expected.kind
  const wanted = apiVersionOf(expected)
  const version = (said.apiVersion as string | undefined) || wanted
  if (kind === expected.kind && (version === wanted || expected.alsoVersions?.includes(version))) {
    return { kind, version }
  }
  const mismatch =
    version === 'v1' && CORE_KINDS.test(kind)
      ? `converting (v1.${kind}) to (${internalGroup(expected)}.${expected.kind}): unknown conversion`
      : `no kind "${kind}" ${NO_KIND} "${version}" ${SCHEME}`
  throw unhandled(kind, version, expected.kind, mismatch)
}

/** The Go package of the form that the server works with. */
function internalGroup({ group }: ExpectedKind): string {
  return group === '' || group === 'events.k8s.io' ? 'core' : (group.split('.')[0] ?? '')
}

/** What is wrong with `kind` or `apiVersion` of a body: each is a text, if it is there. */
export function typeMetaProblem(value: unknown): string | undefined {
  const said = (value ?? {}) as Readonly<Record<string, unknown>>
  for (const field of ['apiVersion', 'kind']) {
    const part = said[field]
    if (part === undefined || part === null || typeof part === 'string') continue
    const found = Array.isArray(part) ? 'array' : typeof part === 'boolean' ? 'bool' : typeof part
    return `couldn't get version/kind; json parse error: json: cannot unmarshal ${found} into Go struct field .${field} of type string`
  }
  return undefined
}

function decodedOrRefused(types: ApiTypes, expected: ExpectedKind, parsed: ParsedBody, kind: string, version: string) {
  try {
    return decodeObject(types, expected.typeName, parsed.value, parsed.repeated)
  } catch (error) {
    if (error instanceof DecodeError) throw unhandled(kind, version, expected.kind, error.message)
    throw error
  }
}

function unhandled(kind: string, version: string, expectedKind: string, problem: string): Error {
  const shortVersion = version.replace(/^.*\//, '')
  return badRequest(`${kind} in version "${shortVersion}" cannot be handled as a ${expectedKind}: ${problem}`)
}

function unrecognized(kind: string, problem: string, body: Buffer): Error {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${problem} (${summary(body)})`)
}

/** The beginning of a body: as it is when it looks like JSON, in hexadecimal digits otherwise. */
function summary(body: Buffer): string {
  const shown = 30
  if (body.length === 0) return '<empty>'
  const start = body.subarray(0, shown)
  return (start[0] === 0x7b ? start.toString() : start.toString('hex')) + (body.length > shown ? ' ...' : '')
}
