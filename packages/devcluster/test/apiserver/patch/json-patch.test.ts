import { describe, expect, it } from 'vitest'
import { applyJsonPatch } from '../../../src/apiserver/patch/json-patch.ts'

describe('applyJsonPatch', () => {
  it.for<readonly [title: string, document: unknown, patch: unknown[], result: unknown]>([
    ['adds a member', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['inserts into a list', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    ['appends to a list', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    [
      'removes',
      { a: [1, 2], b: 1 },
      [
        { op: 'remove', path: '/a/0' },
        { op: 'remove', path: '/b' },
      ],
      { a: [2] },
    ],
    ['replaces', { a: [1] }, [{ op: 'replace', path: '/a/0', value: 5 }], { a: [5] }],
    ['replaces what is not there, as Kubernetes does', {}, [{ op: 'replace', path: '/a', value: 5 }], { a: 5 }],
    ['moves', { a: 1 }, [{ op: 'move', from: '/a', path: '/b' }], { b: 1 }],
    ['copies', { a: { c: 1 } }, [{ op: 'copy', from: '/a', path: '/b' }], { a: { c: 1 }, b: { c: 1 } }],
    ['tests', { a: { b: [1] } }, [{ op: 'test', path: '/a', value: { b: [1] } }], { a: { b: [1] } }],
    ['takes what is missing for null', {}, [{ op: 'test', path: '/a', value: null }], {}],
    ['copies what is missing as null', {}, [{ op: 'copy', from: '/a', path: '/b' }], { b: null }],
    ['adds null where it has no value', {}, [{ op: 'add', path: '/a' }], { a: null }],
    ['counts from the end', { a: [1, 2] }, [{ op: 'replace', path: '/a/-1', value: 5 }], { a: [1, 5] }],
    ['replaces the document', { a: 1 }, [{ op: 'replace', path: '', value: [] }], []],
    [
      'unescapes',
      { 'a/b': 1, 'c~d': 2 },
      [
        { op: 'remove', path: '/a~1b' },
        { op: 'remove', path: '/c~0d' },
      ],
      {},
    ],
  ])('%s', ([, document, patch, result]) => {
    const before = structuredClone(document)
    expect(applyJsonPatch(document, patch)).toEqual(result)
    expect(document).toEqual(before)
  })

  it.for<readonly [title: string, operation: unknown]>([
    ['an unknown operation', { op: 'foo', path: '/a' }],
    ['removing what is not there', { op: 'remove', path: '/b' }],
    ['a missing parent', { op: 'add', path: '/b/c', value: 1 }],
    ['an index past the end', { op: 'add', path: '/l/3', value: 1 }],
    ['a failing test', { op: 'test', path: '/a', value: 2 }],
    ['no path', { op: 'add', value: 1 }],
    ['an index too far before the end', { op: 'remove', path: '/l/-2' }],
    ['an addition to nothing', { op: 'add', path: '', value: {} }],
    ['a copy of the document', { op: 'copy', from: '', path: '/c' }],
    ['a document that is a text', { op: 'replace', path: '', value: 'x' }],
    ['a number', 5],
    ['a prototype', { op: 'add', path: '/__proto__/x', value: 1 }],
  ])('refuses %s', ([, operation]) => {
    expect(() => applyJsonPatch({ a: 1, l: [1] }, [operation])).toThrow()
    expect(({} as { x?: number }).x).toBeUndefined()
  })
})
