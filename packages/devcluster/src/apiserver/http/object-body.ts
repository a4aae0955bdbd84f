import type { KubeObject } from '../../storage/kube-object.ts'
import { goQuoted } from '../go-text.ts'
import { apiVersionOf } from '../resource-registry.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import type { ApiTypes } from '../schema/api-type.ts'
import { DecodeError, decodeObject } from '../schema/decode-object.ts'
import { badRequest } from '../status.ts'
import { BodySyntaxError, type ParsedBody, parseBody } from './request-body.ts'
import { readTypeMeta, type TypeMeta, TypeMetaError } from './type-meta.ts'

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

const SCHEME = 'in scheme "pkg/runtime/scheme.go:111"'
/** Every group has these. */
const META_KINDS = 'CreateOptions|DeleteOptions|GetOptions|ListOptions|PatchOptions|UpdateOptions|Status|WatchEvent'
const CORE_KINDS =
  'Pod|Node|Namespace|ConfigMap|Secret|ServiceAccount|Event|Service|Endpoints|PersistentVolume|PersistentVolumeClaim|LimitRange|ResourceQuota|ReplicationController|PodTemplate|ComponentStatus'
/** Kinds that are known, by their versions, but are not the one that is wanted. */
const KNOWN_KINDS: readonly (readonly [apiVersion: RegExp, kind: RegExp])[] = [
  [/^(v1|events\.k8s\.io\/v1|policy\/v1|meta\.k8s\.io\/v1|apps\/v1|batch\/v1)$/, new RegExp(`^(${META_KINDS})$`)],
  [/^v1$/, new RegExp(`^((${CORE_KINDS})(List)?|Binding|List)$`)],
  [/^events\.k8s\.io\/v1$/, /^Event(List)?$/],
]

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
  const said = checkedKind(types, parsed, expected, body)
  const decoded = decodedOrRefused(types, expected, parsed, said)
  const strictErrors = [...parsed.strictErrors, ...decoded.strictErrors]
  if (fieldValidation === 'Strict' && strictErrors.length > 0) {
    throw unhandled(said, expected, `strict decoding error: ${strictErrors.join(', ')}`)
  }
  return {
    object: decoded.value as unknown as KubeObject,
    warnings: fieldValidation === 'Warn' ? strictErrors.flatMap(warningsOf) : [],
  }
}

/** What YAML's reader says of several lines is a warning each. */
function warningsOf(strictError: string): string[] {
  const [first = '', ...lines] = strictError.split('\n')
  return first === 'yaml: unmarshal errors:' ? lines.map((line) => line.trim()) : [strictError]
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

function checkedKind(types: ApiTypes, parsed: ParsedBody, expected: ExpectedKind, body: Buffer): TypeMeta {
  const said = typeMetaOrRefused(parsed, expected, body)
  const { kind } = said
  const apiVersion = apiVersionOf(said)
  if (said.version === '') {
    throw unhandled(said, expected, `Object 'apiVersion' is missing in '${body.toString()}'`)
  }
  const isExpected = apiVersion === apiVersionOf(expected) || expected.alsoVersions?.includes(apiVersion)
  if (kind === expected.kind && isExpected) return said
  const isKnown = isKnownKind(kind, apiVersion)
  if (isKnown) refuseUnreadable(types, parsed, expected, said)
  // Events are one thing under two names: that it is the other one is noticed later.
  if (isKnown && kind === expected.kind) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${apiVersionOf(expected)})`,
    )
  }
  throw unhandled(said, expected, kindMismatch(kind, apiVersion, expected))
}

/** Why an object of one kind cannot be read as one of another. */
export function kindMismatch(kind: string, apiVersion: string, expected: ExpectedKind): string {
  return isKnownKind(kind, apiVersion)
    ? `converting (v1.${kind}) to (${internalGroup(expected)}.${expected.kind}): unknown conversion`
    : `no kind ${goQuoted(kind)} is registered for version ${goQuoted(apiVersion)} ${SCHEME}`
}

/** Whether it is a kind that Kubernetes has. */
export function isKnownKind(kind: string, apiVersion: string): boolean {
  return KNOWN_KINDS.some(([versions, kinds]) => versions.test(apiVersion) && kinds.test(kind))
}

/** What is of another kind is read as that one first. */
function refuseUnreadable(types: ApiTypes, parsed: ParsedBody, expected: ExpectedKind, said: TypeMeta): void {
  const typeName = typeNameOf(types, said)
  if (typeName !== undefined) decodedOrRefused(types, { ...expected, typeName }, parsed, said)
}

/** The type of a kind that is known; undefined for one that the dev cluster does not serve. */
export function typeNameOf(types: ApiTypes, { kind, group }: TypeMeta): string | undefined {
  const typeName = group === 'events.k8s.io' ? `events.${kind}` : kind
  return types.has(typeName) ? typeName : undefined
}

function typeMetaOrRefused(parsed: ParsedBody, expected: ExpectedKind, body: Buffer): TypeMeta {
  try {
    return readTypeMeta(parsed, expected)
  } catch (error) {
    if (error instanceof TypeMetaError) throw unrecognized(expected.kind, error.message, body)
    throw error
  }
}

/** The Go package of the form that the server works with. */
function internalGroup({ group }: ExpectedKind): string {
  return group === '' || group === 'events.k8s.io' ? 'core' : (group.split('.')[0] ?? '')
}

function decodedOrRefused(types: ApiTypes, expected: ExpectedKind, parsed: ParsedBody, said: TypeMeta) {
  try {
    return decodeObject(types, expected.typeName, parsed.value, parsed.notes)
  } catch (error) {
    if (error instanceof DecodeError) throw unhandled(said, expected, error.message)
    throw error
  }
}

function unhandled({ kind, version }: TypeMeta, expected: ExpectedKind, problem: string): Error {
  return badRequest(`${kind} in version ${goQuoted(version)} cannot be handled as a ${expected.kind}: ${problem}`)
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
