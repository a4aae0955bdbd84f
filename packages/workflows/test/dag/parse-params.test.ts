import { describe, expect, it } from 'vitest'
import type { DagSpec, JsonValue } from '../../src/dag/dag-spec.ts'
import { parseParams } from '../../src/dag/parse-params.ts'

const params: Record<string, JsonValue> = { text: 'EU', n: 1, on: false, list: [], object: {}, any: null }
const parse = (...given: string[]) => parseParams({ params } as unknown as DagSpec, given)

describe('parseParams', () => {
  it('reads each value by the type of its default', () => {
    const given = ['text=  "1"=2 ', 'n=-2.5e3', 'on=true', 'list=[1,"a"]', 'object={"a":{"b":null}}', 'any=[1]']
    expect(parse(...given)).toEqual({
      params: { text: '  "1"=2 ', n: -2500, on: true, list: [1, 'a'], object: { a: { b: null } }, any: [1] },
      problems: [],
    })
  })

  it('keeps the defaults, takes the last of two, and text where a null default meets no JSON', () => {
    expect(parse('text=a', 'text=', 'any=plain text').params).toEqual({ ...params, text: '', any: 'plain text' })
  })

  it('takes quotes, newlines, $ and unicode as they are', () => {
    const value = `it's "q" $HOME $(x)\n\tü\u{1F600}`
    expect(parse(`text=${value}`).params.text).toBe(value)
  })

  it('reports everything at once', () => {
    const { problems } = parse('txt=1', 'n=ten', 'n=1e999', 'on=yes', 'list={}', 'object=[', 'alone', '=x', 'n=')
    expect(problems.map(({ path }) => path)).toEqual(Array(9).fill('--param'))
    expect(problems.map(({ message, hint }) => [message, hint])).toEqual([
      ['unknown param "txt"', 'did you mean "text"?'],
      ['n must be a number, as its default is', 'the default is 1'],
      ['n must be a number, as its default is', 'the default is 1'],
      ['on must be true or false, as its default is', 'the default is false'],
      ['list must be a list, as its default is', 'the default is []'],
      ['object must be an object, as its default is', 'the default is {}'],
      ['"alone" has no value', 'write --param name=value'],
      ['"=x" has no name', 'write --param name=value'],
      ['n must be a number, as its default is', 'the default is 1'],
    ])
  })

  it('knows no param by the names that every object has', () => {
    expect(parse('constructor=1').problems[0]?.message).toBe('unknown param "constructor"')
  })
})
