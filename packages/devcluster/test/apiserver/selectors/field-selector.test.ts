import { describe, expect, it } from 'vitest'
import { configMaps } from '../../../src/apiserver/resources/config-map.ts'
import { pods } from '../../../src/apiserver/resources/pod.ts'
import { fieldMatcher, parseFieldSelector } from '../../../src/apiserver/selectors/field-selector.ts'

const pod = { metadata: { name: 'a', namespace: 'n' }, spec: { nodeName: 'x,y' }, status: { phase: 'Running' } }

const selects = (selector: string, resource = pods) => fieldMatcher(parseFieldSelector(selector), resource)

describe('parseFieldSelector', () => {
  it.for<readonly [string, boolean]>([
    ['', true],
    ['metadata.name=a', true],
    ['metadata.name==b', false],
    ['metadata.namespace!=n', false],
    ['status.phase!=Pending,metadata.name=a', true],
    ['status.podIP=', true],
    ['spec.nodeName=x\\,y', true],
    ['spec.hostNetwork=false', true],
  ])('%j: %s', ([selector, isSelected]) => {
    expect(selects(selector)(pod)).toBe(isSelected)
  })

  it.for<readonly [string, string]>([
    ['a=b=c', 'unescaped character in value: 61'],
    ['a=b\\c', 'invalid escape sequence: \\c'],
    ['a=b\\', 'invalid escape sequence: \\'],
    ['b,a', "invalid selector: 'b,a'; can't understand 'a'"],
  ])('refuses %s', ([selector, problem]) => {
    expect(() => parseFieldSelector(selector)).toThrow(problem)
  })

  it('refuses fields that cannot be selected by, each resource in its own words', () => {
    expect(() => selects('spec.foo=a')).toThrow('field label not supported: spec.foo')
    expect(() => selects('data=a', configMaps)).toThrow(
      '"data" is not a known field selector: only "metadata.name", "metadata.namespace"',
    )
    expect(() => selects('constructor=a')).toThrow('field label not supported: constructor')
    expect(() => selects('abc')).toThrow("invalid selector: 'abc'; can't understand 'abc'")
  })
})
