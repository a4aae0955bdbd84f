import { describe, expect, it } from 'vitest'
import { type Change, ChangeLog } from '../../src/storage/change-log.ts'

const change = (revision: number): Change => ({
  revision,
  type: 'ADDED',
  key: `a/${revision}`,
  object: { metadata: { name: String(revision) } },
})

describe('ChangeLog', () => {
  it('finds the first change after a revision', () => {
    const log = new ChangeLog(10, 1)
    for (const revision of [2, 5, 9]) log.append(change(revision))
    expect([1, 2, 4, 5, 8, 9, 99].map((revision) => log.indexAfter(revision))).toEqual([0, 1, 1, 2, 2, 3, 3])
    expect(log.at(1)?.revision).toBe(5)
    expect(log.at(3)).toBeUndefined()
  })

  it('cuts its beginning, and keeps the indexes of the rest', () => {
    const log = new ChangeLog(4, 1)
    for (let revision = 2; revision <= 7; revision++) log.append(change(revision))
    expect(log.isGone(1)).toBe(true)
    expect(log.isGone(2)).toBe(false)
    expect(log.at(2)?.revision).toBe(4)
    expect(log.end).toBe(6)
    expect(log.forgottenRevision).toBe(3)
  })

  it('refuses new readers after a compaction, and disturbs nobody who reads', () => {
    const log = new ChangeLog(10, 1)
    log.append(change(2))
    log.append(change(3))
    log.forget(3)
    expect(log.forgottenRevision).toBe(3)
    expect(log.at(0)?.revision).toBe(2)
  })

  it('undoes the newest first', () => {
    const log = new ChangeLog(10, 1)
    for (const revision of [2, 3, 4]) log.append(change(revision))
    expect([...log.undoing(2)].map(({ revision }) => revision)).toEqual([4, 3])
  })
})
