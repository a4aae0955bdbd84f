import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TaskInstanceKey, taskInstanceKeyText } from '../../src/tasks/task-instance-key.ts'
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

/** Few texts and numbers, so that keys come again. */
const anyKey = fc.record({
  dagId: fc.constantFrom('a', 'b', 'ab'),
  taskId: fc.constantFrom('a', 'b', ''),
  runId: fc.constantFrom('manual__1', 'manual__2'),
  tryNumber: fc.constantFrom(1, 2),
  mapIndex: fc.integer({ min: -1, max: 20 }),
})
const anyChange = fc.oneof(
  { weight: 120, arbitrary: fc.tuple(fc.constant('set' as const), anyKey) },
  { weight: 90, arbitrary: fc.tuple(fc.constant('delete' as const), anyKey) },
  { weight: 40, arbitrary: fc.tuple(fc.constant('step' as const), anyKey) },
  { weight: 20, arbitrary: fc.tuple(fc.constant('iterate' as const), anyKey) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('clear' as const), anyKey) },
)

describe('TaskInstanceKeyMap beside a Map by text', () => {
  it('has the same keys, values and order, also for who is in the middle of it when they change', () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 400, size: 'max' }), (changes) => {
        const map = new TaskInstanceKeyMap<number>()
        const model = new Map<string, number>()
        let iterators = [map.entries(), model.entries()] as const
        const shown = (entry: IteratorResult<readonly [TaskInstanceKey, number]>) =>
          entry.done ? null : [taskInstanceKeyText(entry.value[0]), entry.value[1]]
        for (const [index, [change, one]] of changes.entries()) {
          const text = taskInstanceKeyText(one)
          if (change === 'set') {
            map.set(one, index)
            model.set(text, index)
          } else if (change === 'delete') expect(map.delete({ ...one })).toBe(model.delete(text))
          else if (change === 'clear') {
            map.clear()
            model.clear()
          } else if (change === 'iterate') iterators = [map.entries(), model.entries()]
          else {
            const [ours, theirs] = iterators
            const expected = theirs.next()
            expect(shown(ours.next())).toEqual(expected.done ? null : expected.value)
          }
          expect(map.get(one)).toBe(model.get(text))
          expect(map.has(one)).toBe(model.has(text))
          expect(map.size).toBe(model.size)
        }
        expect([...map].map(([each, value]) => [taskInstanceKeyText(each), value])).toEqual([...model])
      }),
      { numRuns: 200 },
    )
  })

  it('holds ten thousand mapped tasks, and finds each', () => {
    const map = new TaskInstanceKeyMap<number>()
    for (let mapIndex = 0; mapIndex < 10_000; mapIndex++) map.set({ ...key, mapIndex }, mapIndex)
    for (let mapIndex = 0; mapIndex < 10_000; mapIndex += 2) expect(map.delete({ ...key, mapIndex })).toBe(true)
    for (let mapIndex = 0; mapIndex < 10_000; mapIndex++)
      expect(map.get({ ...key, mapIndex })).toBe(mapIndex % 2 ? mapIndex : undefined)
    expect([...map.values()].slice(0, 3)).toEqual([1, 3, 5])
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
