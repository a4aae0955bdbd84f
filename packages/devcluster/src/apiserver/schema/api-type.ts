import { apiNamedTypes, apiStructs } from './api-types.ts'

/** A type of the API, as its Go struct declares it. */
export type ApiType =
  | { readonly kind: 'leaf'; readonly leaf: Leaf; readonly goName: string }
  | { readonly kind: 'pointer'; readonly to: ApiType; readonly goName: string }
  | { readonly kind: 'list'; readonly of: ApiType; readonly goName: string }
  | { readonly kind: 'map'; readonly of: ApiType; readonly goName: string }
  | { readonly kind: 'struct'; readonly name: string; readonly goName: string }

export type Leaf =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'bytes'
  | 'Time'
  | 'MicroTime'
  | 'Quantity'
  | 'IntOrString'
  | 'any'

export interface ApiField {
  readonly name: string
  /** As Go's errors call it: with the struct in which it is inline, as `VolumeSource.emptyDir`. */
  readonly goName: string
  /** Its number in protobuf; several where it lies in a message that JSON does not show. */
  readonly numbers: readonly number[]
  readonly type: ApiType
  readonly omitEmpty: boolean
  readonly omitZero: boolean
  /** How strategic merge patches treat a list: `merge`, `replace`, with `retainKeys` for its items. */
  readonly patchStrategies: readonly string[]
  /** The field that tells the items of a merged list apart. */
  readonly mergeKey: string | undefined
}

export interface ApiStruct {
  readonly name: string
  /** As Go names it in errors: without its package. */
  readonly goName: string
  readonly fields: readonly ApiField[]
  readonly byName: ReadonlyMap<string, ApiField>
}

const LEAVES: Readonly<Record<string, Leaf>> = {
  string: 'string',
  bool: 'bool',
  int: 'int64',
  int32: 'int32',
  int64: 'int64',
  uint64: 'int64',
  float64: 'float64',
  '[]byte': 'bytes',
  Time: 'Time',
  MicroTime: 'MicroTime',
  Quantity: 'Quantity',
  IntOrString: 'IntOrString',
  FieldsV1: 'any',
  RawExtension: 'any',
}

/**
 * Looks types up by their names (`PodSpec`, `events.Event`); each is read from its lines when it is first asked for, so
 * that a start costs only what it uses.
 */
export class ApiTypes {
  readonly #structs = new Map<string, ApiStruct>()

  has(name: string): boolean {
    return Object.hasOwn(apiStructs, name)
  }

  struct(name: string): ApiStruct {
    const known = this.#structs.get(name)
    if (known) return known
    const lines = apiStructs[name]
    if (!lines) throw new Error(`the API has no type ${name}`)
    const fields = lines.map(parseField)
    const struct = {
      name,
      goName: name.replace(/^\w+\./, ''),
      fields,
      byName: new Map(fields.map((field) => [field.name, field])),
    }
    this.#structs.set(name, struct)
    return struct
  }
}

function parseField(line: string): ApiField {
  const [said = '', numbers = '', type = '', strategies = '', mergeKey] = line.split(' ')
  const [marked = '', inlineIn] = said.split('@')
  const name = marked.replace(/[?!]+$/, '')
  return {
    name,
    goName: inlineIn === undefined ? name : `${inlineIn}.${name}`,
    numbers: numbers.split('.').map(Number),
    type: parseType(type),
    omitEmpty: marked.includes('?'),
    omitZero: marked.includes('!'),
    patchStrategies: strategies ? strategies.split(',') : [],
    mergeKey,
  }
}

function parseType(text: string): ApiType {
  const leaf = LEAVES[text]
  if (leaf) return { kind: 'leaf', leaf, goName: goNameOf(text) }
  if (text.startsWith('*')) return { kind: 'pointer', to: parseType(text.slice(1)), goName: goNameOf(text) }
  if (text.startsWith('[]')) return { kind: 'list', of: parseType(text.slice(2)), goName: goNameOf(text) }
  if (text.startsWith('map[')) {
    return { kind: 'map', of: parseType(text.slice(text.indexOf(']') + 1)), goName: goNameOf(text) }
  }
  const meaning = apiNamedTypes[text]
  if (meaning) return { ...parseType(meaning), goName: goNameOf(text) }
  return { kind: 'struct', name: text, goName: goNameOf(text) }
}

/** How Go prints a type in its errors: `[]v1.Container`. */
function goNameOf(text: string): string {
  return text.replace(/[\w.]+/g, (name) => {
    if (name === 'byte') return 'uint8'
    if (name === 'map' || name in LEAVES) return name
    if (name === 'UID') return 'types.UID'
    return `v1.${name.replace(/^\w+\./, '')}`
  })
}
