import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeForKubernetes, type RenderedPart } from '../../src/dag/kubernetes-expansion.ts'

/** Kubernetes' expansion, written from its rules: `$$` is `$`, a known `$(NAME)` its value, anything else itself. */
function expand(text: string, variables: Readonly<Record<string, string>>): string {
  let result = ''
  for (let at = 0; at < text.length; at++) {
    const next = text[at + 1]
    if (text[at] !== '$' || next === undefined) {
      result += text[at]
    } else if (next === '$') {
      result += '$'
      at++
    } else if (next === '(') {
      const end = text.indexOf(')', at)
      if (end === -1) {
        result += '$('
        at++
      } else {
        const name = text.slice(at + 2, end)
        result += Object.hasOwn(variables, name) ? variables[name] : `$(${name})`
        at = end
      }
    } else {
      result += `$${next}`
      at++
    }
  }
  return result
}

const literal = (text: string): RenderedPart => ({ text, isOutput: false })
const output = (text: string): RenderedPart => ({ text, isOutput: true })
const variables = { NAME: 'value', A: 'a' }

describe('escapeForKubernetes', () => {
  it('gives every output back unchanged, whatever stands in it', () => {
    const text = fc.string({ unit: fc.constantFrom('$', '(', ')', 'A', 'NAME', ' ', 'ü'), maxLength: 12 })
    fc.assert(
      fc.property(text, (value) => {
        expect(expand(escapeForKubernetes([output(value)]), variables)).toBe(value)
        expect(expand(escapeForKubernetes([literal('x='), output(value), literal(';')]), variables)).toBe(`x=${value};`)
      }),
    )
  })

  it('gives outputs back unchanged between any texts of the author', () => {
    const unit = fc.constantFrom('$', '(', ')', 'A', 'NAME', 'x')
    const text = fc.string({ unit, maxLength: 6 })
    fc.assert(
      fc.property(text, text, text, (before, value, after) => {
        const expanded = expand(escapeForKubernetes([literal(before), output(`<${value}>`), literal(after)]), variables)
        expect(expanded).toContain(`<${value}>`)
        expect(expanded.endsWith(`<${value}>${expand(after, variables)}`)).toBe(true)
      }),
    )
  })

  it.each([
    ['leaves a reference of the author to Kubernetes', [literal('$(NAME) '), output('$(NAME)')], 'value $(NAME)'],
    ['leaves the author’s escape alone', [literal('$$(NAME) '), output('x')], '$(NAME) x'],
    ['joins no reference from a $ and an output', [literal('$'), output('(NAME)')], '$(NAME)'],
    ['joins no reference around an output', [literal('$('), output('NAME'), literal(')')], '$(NAME)'],
    ['keeps a command substitution of the shell', [literal('$(cat '), output('a$b'), literal(')')], '$(cat a$b)'],
    ['knows an empty output for none', [literal('$(NA'), output(''), literal('ME)')], 'value'],
  ])('%s', (_what, parts, expected) => {
    expect(expand(escapeForKubernetes(parts), variables)).toBe(expected)
  })

  it('does not touch a text without outputs', () => {
    expect(escapeForKubernetes([literal('$ $$ $( $(A) $x')])).toBe('$ $$ $( $(A) $x')
  })
})
