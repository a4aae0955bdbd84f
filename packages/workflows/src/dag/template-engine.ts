import { Liquid, type Template } from 'liquidjs'
import type { JsonValue } from './dag-spec.ts'
import type { RenderedPart } from './kubernetes-expansion.ts'

/** What templates may speak of. */
export interface TemplateScope {
  readonly params: Readonly<Record<string, JsonValue>>
  /** Results by task id. */
  readonly xcom: Readonly<Record<string, JsonValue>>
  readonly dag_id: string
  readonly task_id: string
  readonly run_id: string
  /** ISO 8601. */
  readonly logical_date: string
  readonly map_item: JsonValue
}
export const TEMPLATE_NAMES = ['params', 'xcom', 'dag_id', 'task_id', 'run_id', 'logical_date', 'map_item'] as const

/** One use of a variable: `['xcom', 'extract', 'rows']`. A part that is itself computed is null. */
export type TemplateReference = readonly (string | null)[]

// Tags without files, without counters, and none that write a value past the escaping of outputs.
const TAGS = new Set(['assign', 'break', 'case', 'comment', '#', 'continue', 'for', 'if', 'raw', 'unless'])
// Marks where an output stood: two code points that are no characters (Unicode), so that no text has them.
const MARKED = /\uFDD0(\d+)\uFDD1/

/** What is wrong with a template, in Liquid's words; lower case. Never leaves `dag/`. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
}

/**
 * Parses and renders Liquid templates over JSON: own properties only, unknown names and filters are errors, no files,
 * bounded time and memory. Objects and arrays come out as JSON, null as nothing.
 */
export class TemplateEngine {
  readonly #liquid: Liquid
  #outputs: string[] = []

  constructor() {
    this.#liquid = new Liquid({
      ownPropertyOnly: true,
      strictFilters: true,
      strictVariables: true,
      lenientIf: true,
      parseLimit: 1_000_000,
      renderLimit: 2_000,
      memoryLimit: 10_000_000,
      templates: {},
      timezoneOffset: 0,
      outputEscape: (value: unknown) => `\uFDD0${this.#outputs.push(outputText(value)) - 1}\uFDD1`,
    })
    for (const tag of Object.keys(this.#liquid.tags)) if (!TAGS.has(tag)) delete this.#liquid.tags[tag]
    // It would turn the escaping off; there is nothing here that it could be needed for.
    delete this.#liquid.filters.raw
  }

  /** @throws {TemplateError} when the text is no template. */
  references(text: string): readonly TemplateReference[] {
    const parsed = this.#parse(text)
    return this.#liquid
      .globalVariableSegmentsSync(parsed)
      .map((segments) => segments.map((part) => (Array.isArray(part) ? null : String(part))))
  }

  /** @throws {TemplateError} when the text is no template, or names something that is not there. */
  render(text: string, scope: TemplateScope): readonly RenderedPart[] {
    const parsed = this.#parse(text)
    this.#outputs = []
    let rendered: string
    try {
      rendered = this.#liquid.renderSync(parsed, scope)
    } catch (error) {
      throw templateError(error)
    }
    const outputs = this.#outputs
    return rendered
      .split(MARKED)
      .map((piece, index) => (index % 2 === 0 ? literal(piece) : output(outputs[Number(piece)] ?? '')))
      .filter(({ text }) => text !== '')
  }

  #parse(text: string): Template[] {
    try {
      return this.#liquid.parse(text)
    } catch (error) {
      throw templateError(error)
    }
  }
}

/** Whether a text has anything for Liquid to do. */
export function isTemplate(text: string): boolean {
  return /\{\{|\{%/.test(text)
}

function literal(text: string): RenderedPart {
  return { text, isOutput: false }
}

function output(text: string): RenderedPart {
  return { text, isOutput: true }
}

function outputText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function templateError(error: unknown): TemplateError {
  const message = error instanceof Error ? error.message : String(error)
  return new TemplateError(
    message.replace(/, line:1, col:/, ', column ').replace(/, line:(\d+), col:/, ', line $1, column '),
    {
      cause: error,
    },
  )
}
