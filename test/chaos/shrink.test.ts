import { describe, expect, it } from 'vitest'
import { makeSchedule, type Schedule } from './schedule.ts'
import { shrink } from './shrink.ts'

describe('makeSchedule', () => {
  it('gives the same schedule for the same seed, with at least 20 tasks, two executors and five faults', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const schedule = makeSchedule(seed)
      expect(makeSchedule(seed)).toEqual(schedule)
      expect(schedule.tasks.length).toBeGreaterThanOrEqual(20)
      expect(schedule.faults.length).toBeGreaterThanOrEqual(5)
      expect(schedule.executors).toBe(2)
    }
    expect(makeSchedule(1)).not.toEqual(makeSchedule(2))
  })
})

describe('shrink', () => {
  const schedule = makeSchedule(3)
  const [task, fault] = [schedule.tasks[11], schedule.faults[2]]
  /** Violates I1 whenever one task meets one fault. */
  const judge = async ({ tasks, faults }: Schedule) =>
    tasks.some((each) => each === task) && faults.some((each) => each === fault)
      ? [{ invariant: 'I1', what: 'both' }]
      : [{ invariant: 'I9', what: 'something else' }]

  it('leaves what it takes to violate the same invariant', async () => {
    const { tasks, faults, executors } = await shrink(schedule, 'I1', judge)
    expect({ tasks, faults, executors }).toEqual({ tasks: [task], faults: [fault], executors: 1 })
  })

  it('ends when it has played often enough', async () => {
    let plays = 0
    const counted = (smaller: Schedule) => {
      plays += 1
      return judge(smaller)
    }
    await shrink(schedule, 'I1', counted, 7)
    expect(plays).toBe(7)
  })
})
