import { describe, expect, it } from 'vitest'
import { edited } from './edited.ts'
import { patchOf } from './patch-of.ts'

describe('edited', () => {
  it('makes what lies on the way, and changes no original', () => {
    const original = { a: { b: 1 } }
    expect(edited(original, [{ path: 'a.c.0.d', value: 2 }])).toEqual({ a: { b: 1, c: [{ d: 2 }] } })
    expect(original).toEqual({ a: { b: 1 } })
  })

  it('takes away what has no value, and appends behind the end', () => {
    expect(edited({ a: 1, list: ['x'] }, [{ path: 'a' }, { path: 'list.5', value: 'y' }])).toEqual({ list: ['x', 'y'] })
  })

  it('does nothing below a bare value', () => {
    expect(edited({ a: 'text' }, [{ path: 'a.b', value: 1 }])).toEqual({ a: 'text' })
  })
})

describe('patchOf', () => {
  const edits = [{ path: 'spec.containers.0.image', value: 'busybox' }, { path: 'metadata.labels' }]

  it.for([
    [
      'json',
      [
        { op: 'replace', path: '/spec/containers/0/image', value: 'busybox' },
        { op: 'remove', path: '/metadata/labels' },
      ],
    ],
    ['merge', { spec: { containers: [{ image: 'busybox' }] }, metadata: { labels: null } }],
    ['strategic', { spec: { containers: [{ name: 'base', image: 'busybox' }] }, metadata: { labels: null } }],
  ] as const)('says the same as a %s patch', ([type, expected]) => {
    expect(patchOf(type, edits, 'replace')).toEqual(expected)
  })
})
