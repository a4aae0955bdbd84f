import { describe, expect, it } from 'vitest'
import { readTypeMeta } from '../../../src/apiserver/http/type-meta.ts'
import { parseJsonText } from '../../../src/apiserver/schema/json-text.ts'

const EVENT = { kind: 'Event', group: 'events.k8s.io', version: 'v1' }
const read = (text: string) => readTypeMeta(parseJsonText(text), EVENT)

describe('readTypeMeta', () => {
  it.for<readonly [text: string, kind: string, group: string, version: string]>([
    ['{}', 'Event', 'events.k8s.io', 'v1'],
    ['null', 'Event', 'events.k8s.io', 'v1'],
    ['{"kind":"Pod","apiVersion":"v1"}', 'Pod', '', 'v1'],
    ['{"Kind":"Pod","APIVERSION":"v1"}', 'Pod', '', 'v1'],
    ['{"kind":"A","kind":"B","kind":null}', 'B', 'events.k8s.io', 'v1'],
    ['{"apiVersion":"events.k8s.io/"}', 'Event', 'events.k8s.io', 'v1'],
    ['{"apiVersion":"apps/"}', 'Event', 'apps', ''],
    ['{"apiVersion":"/"}', 'Event', 'events.k8s.io', 'v1'],
  ])('reads %s', ([text, kind, group, version]) => {
    expect(read(text)).toEqual({ kind, group, version })
  })

  it.for<readonly [text: string, problem: string]>([
    ['[]', 'cannot unmarshal array into Go value of type struct'],
    ['{"kind":1}', 'cannot unmarshal number into Go struct field .kind of type string'],
    ['{"apiVersion":true,"apiVersion":"v1"}', 'cannot unmarshal bool into Go struct field .apiVersion of type string'],
    ['{"apiVersion":"a/b/c"}', 'unexpected GroupVersion string: a/b/c'],
  ])('refuses %s', ([text, problem]) => {
    expect(() => read(text)).toThrow(problem)
  })
})
