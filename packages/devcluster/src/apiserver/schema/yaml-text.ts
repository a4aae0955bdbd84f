import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseAllDocuments } from 'yaml'
import { goQuoted } from '../go-text.ts'
import type { JsonNotes } from './json-text.ts'
import { readYamlScalar, YamlScalarError } from './yaml-scalar.ts'

/** YAML that cannot be read. What is wrong with it is said in the words of another parser than Kubernetes'. */
export class YamlError extends Error {
  override readonly name = 'YamlError'
}

export interface YamlText {
  readonly value: unknown
  readonly notes: JsonNotes
  /** `line 4: key "name" already set in map`, for each key that is there twice. */
  readonly repetitions: readonly string[]
}

/** No document of ours repeats so much by its aliases. */
const MAX_ALIASED_NODES = 100_000
const CONTROL = /[^\t\n\r\x20-\x7e\x85\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u

/**
 * Reads the first document of a YAML text as Kubernetes does, by way of JSON: keys become texts, of keys that are there
 * twice the last counts.
 *
 * @throws {YamlError}
 */
export function parseYamlText(bytes: Buffer): YamlText {
  const text = checkedText(bytes)
  const lines = new LineCounter()
  const reader = new YamlReader(lines)
  const value = reader.value(firstDocument(text, lines))
  return { value, notes: { repeated: new Map(), literals: reader.literals }, repetitions: reader.repetitions }
}

function checkedText(bytes: Buffer): string {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/^\ufeff/, '')
  } catch (cause) {
    throw new YamlError('invalid leading UTF-8 octet', { cause })
  }
  if (CONTROL.test(text)) throw new YamlError('control characters are not allowed')
  return text
}

/** The contents of the first document; null when there is none. */
function firstDocument(text: string, lineCounter: LineCounter): Node | null {
  try {
    // Everything is text at first: what a scalar means is decided elsewhere.
    const options = { version: '1.1', schema: 'failsafe', uniqueKeys: false, lineCounter, logLevel: 'silent' } as const
    const documents = parseAllDocuments(text, options)
    const [document] = Array.isArray(documents) ? documents : []
    const [problem] = document?.errors ?? []
    // Nesting so deep that it ends the stack; Kubernetes ends it after 10,000.
    if (problem?.code === 'RESOURCE_EXHAUSTION') throw new YamlError('exceeded max depth', { cause: problem })
    if (problem) throw new YamlError(`line ${problem.linePos?.[0].line ?? 1}: ${problem.message.split('\n')[0]}`)
    return (document?.contents ?? null) as Node | null
  } catch (error) {
    if (error instanceof RangeError) throw new YamlError('exceeded max depth', { cause: error })
    throw error
  }
}

class YamlReader {
  readonly literals = new Map<object, Map<string, string>>()
  readonly repetitions: string[] = []
  readonly #lines: LineCounter
  readonly #anchors = new Map<string, Node>()
  readonly #open = new Set<Node>()
  #aliasDepth = 0
  #aliased = 0

  constructor(lines: LineCounter) {
    this.#lines = lines
  }

  value(node: Node | null): unknown {
    return this.#read(node).value
  }

  #read(node: Node | null): { readonly value: unknown; readonly literal?: string } {
    if (this.#aliasDepth > 0 && ++this.#aliased > MAX_ALIASED_NODES) {
      throw new YamlError('document contains excessive aliasing')
    }
    if (node === null) return { value: null }
    if (isAlias(node)) return this.#alias(node.source)
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node)
    if (isScalar(node)) return scalar(String(node.value ?? ''), node.type === 'PLAIN' || !node.type, node.tag)
    if (isSeq<Node | null>(node)) return { value: this.#list(node.items) }
    return { value: isMap<Node, Node | null>(node) ? this.#map(node.items) : null }
  }

  #alias(name: string): { readonly value: unknown; readonly literal?: string } {
    const target = this.#anchors.get(name)
    if (!target) throw new YamlError(`unknown anchor '${name}' referenced`)
    if (this.#open.has(target)) throw new YamlError(`anchor '${name}' value contains itself`)
    this.#open.add(target)
    this.#aliasDepth++
    const read = this.#read(target)
    this.#aliasDepth--
    this.#open.delete(target)
    return read
  }

  #list(items: readonly (Node | null)[]): unknown[] {
    const list: unknown[] = []
    for (const item of items) this.#put(list, String(list.length), this.#read(item))
    return list
  }

  #map(pairs: readonly Pair<Node, Node | null>[]): object {
    const map: Record<string, unknown> = {}
    for (const { key, value } of pairs) {
      if (isMergeKey(key)) {
        this.#merge(map, value)
        continue
      }
      const name = this.#keyText(key)
      const read = this.#read(value)
      if (Object.hasOwn(map, name)) {
        const { line } = this.#lines.linePos((value ?? key).range?.[0] ?? 0)
        this.repetitions.push(`line ${line}: key ${goQuoted(name)} already set in map`)
      }
      this.#put(map, name, read)
    }
    return map
  }

  #keyText(key: Node): string {
    const { value } = this.#read(key)
    if (typeof value === 'object') throw new YamlError('invalid map key')
    return String(value)
  }

  #merge(map: Record<string, unknown>, value: Node | null): void {
    const sources = isSeq<Node>(value) ? [...value.items].reverse() : [value]
    for (const source of sources) {
      const merged = this.value(source)
      if (typeof merged !== 'object' || merged === null || Array.isArray(merged)) {
        throw new YamlError('map merge requires map or sequence of maps as the value')
      }
      for (const [name, part] of Object.entries(merged)) this.#put(map, name, { value: part })
    }
  }

  #put(
    container: object,
    key: string,
    { value, literal }: { readonly value: unknown; readonly literal?: string },
  ): void {
    Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true })
    if (literal === undefined || literal === String(value)) return
    const known = this.literals.get(container) ?? new Map<string, string>()
    this.literals.set(container, known.set(key, literal))
  }
}

function scalar(text: string, isPlain: boolean, tag: string | undefined) {
  try {
    const read = !isPlain && tag === undefined ? { value: text } : readYamlScalar(text, tag ?? '')
    if (typeof read.value === 'number' && !Number.isFinite(read.value)) {
      throw new YamlError(`json: unsupported value: ${Number.isNaN(read.value) ? 'NaN' : '+Inf'}`)
    }
    return read
  } catch (error) {
    if (error instanceof YamlScalarError) throw new YamlError(error.message, { cause: error })
    throw error
  }
}

function isMergeKey(key: Node): boolean {
  return isScalar(key) && key.value === '<<' && (key.type === 'PLAIN' || key.tag === 'tag:yaml.org,2002:merge')
}
