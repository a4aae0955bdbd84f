import { describe, expect, it } from 'vitest'
import type { TaskInstanceKey } from '../../src/tasks/task-instance-key.ts'
import { TaskInstanceKeyMap } from '../../src/tasks/task-instance-key-map.ts'
import { TaskInstanceKeySet } from '../../src/tasks/task-instance-key-set.ts'

const key: TaskInstanceKey = { dagId: 'sales', taskId: 'sum', runId: 'manual__1', tryNumber: 1, mapIndex: -1 }
const others: TaskInstanceKey[] = [
  { ...key, dagId: 'sales2' },
  { ...key, taskId: 'sum2' },
  { ...key, runId: 'manual__2' },
  { ...key, tryNumber: 2 },
  { ...key, mapIndex: 0 },
  { ...key, dagId: 'sales","sum', taskId: '' },
]

describe('TaskInstanceKeyMap', () => {
  it('finds a value by an equal key', () => {
    const map = new TaskInstanceKeyMap([[key, 'queued']])
    expect(map.get({ ...key })).toBe('queued')
    expect(map.has({ ...key })).toBe(true)
    expect(map.set({ ...key }, 'running').size).toBe(1)
    expect([...map]).toEqual([[key, 'running']])
    expect(map.delete({ ...key })).toBe(true)
    expect(map.delete({ ...key })).toBe(false)
    expect(map.size).toBe(0)
  })

  it('keeps keys apart that differ in one part', () => {
    const map = new TaskInstanceKeyMap(others.map((other, index) => [other, index]))
    expect(map.size).toBe(others.length)
    expect(map.has(key)).toBe(false)
    for (const [index, other] of others.entries()) expect(map.get({ ...other })).toBe(index)
  })

  it('iterates as a Map does, in order of insertion', () => {
    const map = new TaskInstanceKeyMap<number>()
    for (const [index, other] of others.entries()) map.set(other, index)
    map.set({ ...(others[0] ?? key) }, 100)
    expect([...map.keys()]).toEqual(others)
    expect([...map.values()]).toEqual([100, 1, 2, 3, 4, 5])
    expect([...map.entries()]).toEqual([...map])
    const seen: unknown[] = []
    map.forEach((value, one) => {
      seen.push([one, value])
    })
    expect(seen).toEqual([...map])
    map.clear()
    expect([...map]).toEqual([])
  })
})

describe('TaskInstanceKeySet', () => {
  it('holds each key once', () => {
    const set = new TaskInstanceKeySet([key, { ...key }])
    expect(set.size).toBe(1)
    expect(set.has({ ...key })).toBe(true)
    expect([...set]).toEqual([key])
    expect([...set.add(others[0] ?? key).values()]).toEqual([key, others[0]])
    expect(set.delete({ ...key })).toBe(true)
    expect(set.has(key)).toBe(false)
    set.clear()
    expect(set.size).toBe(0)
  })
})
