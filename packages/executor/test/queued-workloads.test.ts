import { describe, expect, it } from 'vitest'
import { QueuedWorkloads } from '../src/queued-workloads.ts'
import { keyOf } from './support/start-executor.ts'

const open = () => false

function queueOf(...workloads: [taskId: string, priority: number | undefined][]) {
  const queue = new QueuedWorkloads()
  for (const [taskId, priority] of workloads) {
    const key = keyOf(taskId)
    queue.set(key, { key, args: [], ...(priority === undefined ? {} : { priority }) })
  }
  return queue
}

const idsOf = (workloads: readonly { key: { taskId: string } }[]) => workloads.map(({ key }) => key.taskId)

describe('QueuedWorkloads', () => {
  it('gives the highest priority first, and the oldest among equals; without one it is 1', () => {
    const queue = queueOf(['low', -1], ['plain', undefined], ['first', 5], ['second', 5], ['one', 1])
    expect(idsOf(queue.take(3, open))).toEqual(['first', 'second', 'plain'])
    expect(queue.size).toBe(2)
    expect(idsOf(queue.take(9, open))).toEqual(['one', 'low'])
    expect(queue.take(1, open)).toEqual([])
  })

  it('passes over those that are held, which keep their place', () => {
    const queue = queueOf(['a', 1], ['b', 1], ['c', 1])
    expect(idsOf(queue.take(1, ({ taskId }) => taskId === 'a'))).toEqual(['b'])
    expect(idsOf(queue.take(9, open))).toEqual(['a', 'c'])
  })

  it('takes what replaced another in its place, with the new priority, and nothing that was deleted', () => {
    const queue = queueOf(['a', 1], ['b', 1], ['c', 1], ['d', 1])
    const key = keyOf('a')
    queue.set(key, { key, args: ['again'] })
    queue.set(keyOf('d'), { key: keyOf('d'), args: [], priority: 2 })
    queue.delete(keyOf('b'))
    const taken = queue.take(9, open)
    expect(idsOf(taken)).toEqual(['d', 'a', 'c'])
    expect(taken[1]?.args).toEqual(['again'])
    queue.set(key, { key, args: [] })
    queue.clear()
    expect([queue.size, queue.take(1, open)]).toEqual([0, []])
  })

  it('stays small however often one key is queued anew', () => {
    const queue = queueOf(['a', 1])
    const key = keyOf('a')
    for (let time = 0; time < 1_000; time++) queue.set(key, { key, args: [String(time)] })
    expect(queue.take(9, open)).toEqual([{ key, args: ['999'] }])
  })
})
