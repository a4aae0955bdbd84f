import { describe, expect, it } from 'vitest'
import { configMaps } from '../../../src/apiserver/resources/config-map.ts'
import { pods } from '../../../src/apiserver/resources/pod.ts'
import { parseFieldSelector } from '../../../src/apiserver/selectors/field-selector.ts'

const pod = { metadata: { name: 'a', namespace: 'n' }, spec: { nodeName: 'x,y' }, status: { phase: 'Running' } }

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
    expect(parseFieldSelector(selector, pods)(pod)).toBe(isSelected)
  })

  it('refuses fields that cannot be selected by, each resource in its own words', () => {
    expect(() => parseFieldSelector('spec.foo=a', pods)).toThrow('field label not supported: spec.foo')
    expect(() => parseFieldSelector('data=a', configMaps)).toThrow(
      '"data" is not a known field selector: only "metadata.name", "metadata.namespace"',
    )
    expect(() => parseFieldSelector('constructor=a', pods)).toThrow('field label not supported: constructor')
    expect(() => parseFieldSelector('abc', pods)).toThrow("invalid selector: 'abc'; can't understand 'abc'")
  })
})
