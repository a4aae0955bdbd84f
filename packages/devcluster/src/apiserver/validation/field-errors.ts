import { goJson, goQuoted } from '../go-text.ts'

/** One problem with one field. */
export interface FieldError {
  /** The machine-readable reason of the Status' cause. */
  readonly type:
    | 'FieldValueInvalid'
    | 'FieldValueRequired'
    | 'FieldValueDuplicate'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueNotFound'
    | 'FieldValueTooLong'
    | 'FieldValueTypeInvalid'
  readonly path: string
  /** The text without the path: `Required value`. */
  readonly body: string
}

/** Collects every problem of one object, in the words of Kubernetes' `field.Error`. */
export class FieldErrors {
  readonly #all: FieldError[] = []

  get all(): readonly FieldError[] {
    return this.#all
  }

  get isEmpty(): boolean {
    return this.#all.length === 0
  }

  invalid(path: string, value: unknown, detail: string, show = shown): void {
    this.#all.push({ type: 'FieldValueInvalid', path, body: `Invalid value: ${show(value)}: ${detail}` })
  }

  /** Several texts for one value: what a check of names answers. */
  invalidAll(path: string, value: unknown, details: readonly string[]): void {
    for (const detail of details) this.invalid(path, value, detail)
  }

  required(path: string, detail = ''): void {
    this.#all.push({ type: 'FieldValueRequired', path, body: `Required value${detail && `: ${detail}`}` })
  }

  duplicate(path: string, value: unknown, detail = ''): void {
    const body = `Duplicate value: ${shown(value)}${detail && `: ${detail}`}`
    this.#all.push({ type: 'FieldValueDuplicate', path, body })
  }

  notFound(path: string, value: unknown): void {
    this.#all.push({ type: 'FieldValueNotFound', path, body: `Not found: ${shown(value)}` })
  }

  /** Values of an enumeration are shown as JSON; those of a mere text as all texts. */
  notSupported(path: string, value: unknown, supported: readonly string[], show = goJson): void {
    const list = supported.map((text) => `"${text}"`).join(', ')
    this.#all.push({
      type: 'FieldValueNotSupported',
      path,
      body: `Unsupported value: ${show(value)}: supported values: ${list}`,
    })
  }

  forbidden(path: string, detail: string): void {
    this.#all.push({ type: 'FieldValueForbidden', path, body: `Forbidden: ${detail}` })
  }

  tooLong(path: string, maxBytes: number): void {
    this.#all.push({ type: 'FieldValueTooLong', path, body: `Too long: may not be more than ${maxBytes} bytes` })
  }

  /** `spec.a: …`, or `[spec.a: …, spec.b: …]` with each text once. */
  summary(): string {
    const texts = [...new Set(this.#all.map(({ path, body }) => `${path}: ${body}`))]
    return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`
  }
}

/** As Go prints a value: strings quoted, the rest as JSON. */
function shown(value: unknown): string {
  if (value === undefined) return 'null'
  if (typeof value === 'string') return goQuoted(value)
  return typeof value === 'bigint' ? String(value) : goJson(value)
}
