import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { priorityWeights } from '../../src/scheduler/priority-weights.ts'

describe('priorityWeights', () => {
  it('adds the weights of everything downstream, each once', () => {
    // a -> b, c -> d: d counts once for a.
    const weights = priorityWeights([
      { taskId: 'a', upstream: [], priorityWeight: 1 },
      { taskId: 'b', upstream: ['a'], priorityWeight: 10 },
      { taskId: 'c', upstream: ['a'], priorityWeight: 100 },
      { taskId: 'd', upstream: ['b', 'c'], priorityWeight: 1000 },
      { taskId: 'alone', upstream: [], priorityWeight: 7 },
    ])
    expect(Object.fromEntries(weights)).toEqual({ a: 1111, b: 1010, c: 1100, d: 1000, alone: 7 })
  })

  it('does not depend on the order of the file', () => {
    const weights = priorityWeights([
      { taskId: 'last', upstream: ['middle'], priorityWeight: 4 },
      { taskId: 'first', upstream: [], priorityWeight: 1 },
      { taskId: 'middle', upstream: ['first'], priorityWeight: 2 },
    ])
    expect(Object.fromEntries(weights)).toEqual({ last: 4, first: 7, middle: 6 })
  })

  it('agrees with a walk through the graph, beyond 32 tasks too', () => {
    const dag = fc.array(fc.tuple(fc.array(fc.nat(79), { maxLength: 4 }), fc.integer({ min: -3, max: 9 })), {
      minLength: 1,
      maxLength: 80,
    })
    fc.assert(
      fc.property(dag, (shape) => {
        const tasks = shape.map(([edges, priorityWeight], index) => ({
          taskId: `t${index}`,
          upstream: [...new Set(edges.filter((edge) => edge < index).map((edge) => `t${edge}`))],
          priorityWeight,
        }))
        const weights = priorityWeights(tasks)
        for (const { taskId } of tasks) {
          const seen = new Set([taskId])
          for (const id of seen) for (const task of tasks) if (task.upstream.includes(id)) seen.add(task.taskId)
          const sum = tasks.reduce((total, task) => total + (seen.has(task.taskId) ? task.priorityWeight : 0), 0)
          expect(weights.get(taskId)).toBe(sum)
        }
      }),
      { numRuns: 50 },
    )
  })
})
