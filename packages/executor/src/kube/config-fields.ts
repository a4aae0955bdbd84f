import { isAbsolute, resolve } from 'node:path'
import type { Problem } from '../problem.ts'

/** Where a piece of configuration stands, and where what is wrong with it is written down. */
export interface ConfigOrigin {
  /** Null for text that was passed in. */
  readonly file: string | null
  /** What relative file names are relative to. */
  readonly folder: string
  readonly problems: Problem[]
}

/**
 * Reads one mapping of a kubeconfig field by field. What is not of the wanted kind becomes a problem with its path, and
 * counts as absent, so that one pass finds everything. Scalars arrive as text: `token: 0123` is those four digits.
 */
export class ConfigFields {
  readonly origin: ConfigOrigin
  readonly path: string
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>, path: string, origin: ConfigOrigin) {
    this.#values = values
    this.path = path
    this.origin = origin
  }

  has(key: string): boolean {
    return !isAbsent(this.#values[key])
  }

  text(key: string): string | undefined {
    const value = this.#values[key]
    if (isAbsent(value)) return undefined
    if (typeof value === 'string') return value
    this.problem(key, 'must be text')
    return undefined
  }

  flag(key: string): boolean {
    const value = this.text(key)
    if (value === undefined || value === 'false') return false
    if (value !== 'true') this.problem(key, 'must be true or false')
    return value === 'true'
  }

  /** A file name, made absolute. */
  file(key: string): string | undefined {
    const name = this.text(key)
    if (name === undefined) return undefined
    return isAbsolute(name) ? name : resolve(this.origin.folder, name)
  }

  /** The text that a `…-data` field holds in base64. */
  decoded(key: string): string | undefined {
    const encoded = this.text(key)?.replace(/\s+/g, '')
    if (encoded === undefined) return undefined
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) {
      this.problem(key, 'is not base64')
      return undefined
    }
    return Buffer.from(encoded, 'base64').toString('utf8')
  }

  fields(key: string): ConfigFields | undefined {
    const value = this.#values[key]
    if (isAbsent(value)) return undefined
    if (isRecord(value)) return new ConfigFields(value, this.#at(key), this.origin)
    this.problem(key, 'must be a mapping')
    return undefined
  }

  list(key: string): readonly unknown[] {
    const value = this.#values[key]
    if (isAbsent(value)) return []
    if (Array.isArray(value)) return value
    this.problem(key, 'must be a list')
    return []
  }

  texts(key: string): readonly string[] {
    return this.list(key).flatMap((value, index) => {
      if (typeof value === 'string') return [value]
      this.problem(`${key}[${index}]`, 'must be text')
      return []
    })
  }

  /** The items of a list of mappings. */
  items(key: string): readonly ConfigFields[] {
    return this.list(key).flatMap((value, index) => {
      if (isRecord(value)) return [new ConfigFields(value, this.#at(`${key}[${index}]`), this.origin)]
      this.problem(`${key}[${index}]`, 'must be a mapping')
      return []
    })
  }

  /** The same fields under a path that says more than an index. */
  renamed(path: string): ConfigFields {
    return new ConfigFields(this.#values, path, this.origin)
  }

  keys(): readonly string[] {
    return Object.keys(this.#values)
  }

  /** Writes down what is wrong with a field; with an empty key, with the whole mapping. */
  problem(key: string, message: string, hint?: string): void {
    const place = { file: this.origin.file, path: this.#at(key) || null }
    this.origin.problems.push(hint === undefined ? { ...place, message } : { ...place, message, hint })
  }

  #at(key: string): string {
    return [this.path, key].filter((part) => part !== '').join('.')
  }
}

/** YAML's ways to say nothing, and the empty text, which Kubernetes takes for nothing everywhere in a kubeconfig. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '' || value === '~' || value === 'null'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
