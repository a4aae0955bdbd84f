import { describe, expect, it } from 'vitest'
import { deepFreeze, type KubeObject, sharingParts } from '../../src/storage/kube-object.ts'

const older: KubeObject = deepFreeze({ metadata: { name: 'a' }, spec: { n: 1 }, status: { phase: 'Pending' } })

describe('sharingParts', () => {
  it('takes over what did not change', () => {
    const next = sharingParts({ metadata: { name: 'a' }, spec: { n: 1 }, status: { phase: 'Running' } }, older)
    expect(next).toEqual({ metadata: { name: 'a' }, spec: { n: 1 }, status: { phase: 'Running' } })
    expect(next.metadata).toBe(older.metadata)
    expect(next.spec).toBe(older.spec)
    expect(Object.keys(next)).toEqual(['metadata', 'spec', 'status'])
  })

  it('is the older version itself when nothing changed', () => {
    expect(sharingParts(structuredClone(older), older)).toBe(older)
  })

  it('knows an object that has a part less or a part more', () => {
    const { status: _, ...less } = structuredClone(older)
    expect(sharingParts(less, older)).toEqual(less)
    const more = { ...structuredClone(older), data: {} }
    expect(sharingParts(more, older)).toEqual(more)
  })
})
