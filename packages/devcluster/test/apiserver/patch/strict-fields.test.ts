import { expect, it } from 'vitest'
import { duplicateFields, operationProblems } from '../../../src/apiserver/patch/strict-fields.ts'
import { parseJsonText } from '../../../src/apiserver/schema/json-text.ts'

it('finds keys that are there twice, in objects and lists', () => {
  const { value, notes } = parseJsonText('{"a":1,"spec":{"c":[{"n":1,"n":2}],"d":{},"d":{"e":0,"e":1}},"a":2}')
  expect(duplicateFields(value, notes)).toEqual([
    'duplicate field "spec.c[0].n"',
    'duplicate field "spec.d"',
    'duplicate field "spec.d.e"',
    'duplicate field "a"',
  ])
})

it('finds fields that operations do not have', () => {
  const { value, notes } = parseJsonText('[{"op":"test","path":"/a","value":1},{"op":"add","foo":1,"op":"add"},null]')
  expect(operationProblems(value as readonly unknown[], notes)).toEqual([
    'json patch unknown field "[1].foo"',
    'json patch duplicate field "[1].op"',
  ])
})
