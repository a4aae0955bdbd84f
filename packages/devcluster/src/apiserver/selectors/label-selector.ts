import { parsedInteger } from '../http/query-values.ts'
import { badRequest } from '../status.ts'
import { FieldErrors } from '../validation/field-errors.ts'
import { checkLabelValue, checkQualifiedName } from '../validation/names.ts'

type Labels = Readonly<Record<string, string>>
/** Whether an object with these labels is selected. */
export type LabelMatcher = (labels: Labels) => boolean

type Operator = 'exists' | '!' | 'in' | 'notin' | '=' | '==' | '!=' | '>' | '<'
type TokenKind = 'identifier' | 'end' | 'error' | Exclude<Operator, 'exists'> | '(' | ')' | ','

interface Token {
  readonly kind: TokenKind
  readonly text: string
}

const SYMBOLS: ReadonlySet<string> = new Set(['=', '==', '!=', '!', '(', ')', ',', '>', '<'])

/**
 * Reads a label selector, equality-based or set-based (apimachinery: labels.Parse).
 *
 * @throws {ApiError} 400 with Kubernetes' text
 */
export function parseLabelSelector(text: string): LabelMatcher {
  const requirements = new Parser(tokenize(text)).requirements()
  return (labels) => requirements.every((matches) => matches(labels))
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const character = text[at] ?? ''
    if (/[ \t\r\n]/.test(character)) {
      at++
    } else if (/[=!(),<>]/.test(character)) {
      const two = text.slice(at, at + 2)
      const symbol = SYMBOLS.has(two) ? two : character
      tokens.push({ kind: symbol as TokenKind, text: symbol })
      at += symbol.length
    } else if (character === '\0') {
      // To Kubernetes' lexer this is the end of the text, and within a word that of the word.
      return tokens
    } else {
      const word = /^[^ \t\r\n=!(),<>\0]+/.exec(text.slice(at))?.[0] ?? ''
      tokens.push({ kind: word === 'in' || word === 'notin' ? word : 'identifier', text: word })
      at += word.length
      if (text[at] === '\0') at++
    }
  }
  return tokens
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  requirements(): LabelMatcher[] {
    const found: LabelMatcher[] = []
    for (;;) {
      const next = this.#peek()
      if (next.kind === 'end') return found
      if (next.kind !== 'identifier' && next.kind !== '!') {
        throw badRequest(`found '${next.text}', expected: !, identifier, or 'end of string'`)
      }
      found.push(this.#requirement())
      const separator = this.#next()
      if (separator.kind === 'end') return found
      if (separator.kind !== ',') throw badRequest(`found '${separator.text}', expected: ',' or 'end of string'`)
      const after = this.#peek()
      if (after.kind !== 'identifier' && after.kind !== '!') {
        throw badRequest(`found '${after.text}', expected: identifier after ','`)
      }
    }
  }

  #requirement(): LabelMatcher {
    let first = this.#next()
    const isNegated = first.kind === '!'
    if (isNegated) first = this.#next()
    if (first.kind !== 'identifier') throw refused(`found '${first.text}', expected: identifier`)
    const key = first.text
    const errors = new FieldErrors()
    addProblems(errors, '<nil>', key, checkQualifiedName(key))
    if (!errors.isEmpty) throw refused(errors.summary())
    const following = this.#peek().kind
    if (isNegated) return (labels) => !Object.hasOwn(labels, key)
    if (following === 'end' || following === ',') return (labels) => Object.hasOwn(labels, key)
    const operator = this.#operator()
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#exactValue()]
    return matcher(key, operator, values)
  }

  #operator(): Operator {
    const token = this.#tokens[this.#at++] ?? END
    switch (token.kind) {
      case 'in':
      case 'notin':
      case '=':
      case '==':
      case '!=':
      case '>':
      case '<':
        return token.kind
      default:
        throw refused(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`)
    }
  }

  #values(): string[] {
    const opening = this.#next()
    if (opening.kind !== '(') throw refused(`found '${opening.text}' expected: '('`)
    const first = this.#peek()
    if (first.kind === ')') {
      this.#next()
      return ['']
    }
    if (first.kind !== 'identifier' && first.kind !== ',') {
      throw refused(`found '${first.text}', expected: ',', ')' or identifier`)
    }
    const values = new Set<string>()
    for (;;) {
      const token = this.#next()
      if (token.kind === 'identifier') {
        values.add(token.text)
        const after = this.#peek()
        if (after.kind === ',') continue
        if (after.kind !== ')') throw refused(`found '${after.text}', expected: ',' or ')'`)
        this.#next()
        return [...values].sort()
      }
      if (token.kind !== ',') throw refused(`found '${token.text}', expected: ',', or identifier`)
      if (values.size === 0) values.add('')
      const after = this.#peek()
      if (after.kind === ')') {
        values.add('')
        this.#next()
        return [...values].sort()
      }
      if (after.kind === ',') {
        this.#next()
        values.add('')
      }
    }
  }

  #exactValue(): string {
    const token = this.#peek()
    if (token.kind === 'end' || token.kind === ',') return ''
    this.#next()
    if (token.kind !== 'identifier') throw refused(`found '${token.text}', expected: identifier`)
    return token.text
  }

  /** `in` and `notin` are words like others but where an operator is due. */
  #peek(): Token {
    const token = this.#tokens[this.#at] ?? END
    return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token
  }

  #next(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }
}

const END: Token = { kind: 'end', text: '' }

function matcher(key: string, operator: Operator, values: readonly string[]): LabelMatcher {
  const errors = new FieldErrors()
  const [value = ''] = values
  if ((operator === '>' || operator === '<') && parsedInteger(value) === undefined) {
    errors.invalid('values[0]', value, "for 'Gt', 'Lt' operators, the value must be an integer")
  }
  for (const [index, each] of values.entries()) {
    addProblems(errors, `values[${index}][${key}]`, each, checkLabelValue(each))
  }
  if (!errors.isEmpty) throw refused(errors.summary())
  const set = new Set(values)
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return (labels) => Object.hasOwn(labels, key) && set.has(labels[key] ?? '')
    case '!=':
    case 'notin':
      return (labels) => !Object.hasOwn(labels, key) || !set.has(labels[key] ?? '')
    case '>':
      return (labels) => Object.hasOwn(labels, key) && compared(labels[key], value) > 0
    case '<':
      return (labels) => Object.hasOwn(labels, key) && compared(labels[key], value) < 0
    default:
      throw new Error(`no values belong to ${operator}`)
  }
}

/** Below 0, 0 or above; NaN where one is no number. */
function compared(text: string | undefined, value: string): number {
  const left = text === undefined ? undefined : parsedInteger(text)
  const right = parsedInteger(value)
  if (left === undefined || right === undefined) return Number.NaN
  return left < right ? -1 : left > right ? 1 : 0
}

/** One error, however many problems there are. */
function addProblems(errors: FieldErrors, path: string, value: string, problems: readonly string[]): void {
  if (problems.length > 0) errors.invalid(path, value, problems.join('; '))
}

function refused(text: string): Error {
  return badRequest(`unable to parse requirement: ${text}`)
}
