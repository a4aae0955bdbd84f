import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LaunchQueue } from '../../../src/loops/launching/launch-queue.ts'

const all = () => true
const item = (sequence: number, priority = 1, namespace = 'a') => ({ sequence, priority, namespace })

describe('LaunchQueue', () => {
  it('gives the highest priority first, and the oldest among equals', () => {
    const one = fc.record({ priority: fc.integer({ min: 0, max: 3 }), namespace: fc.constantFrom('a', 'b', 'c') })
    fc.assert(
      fc.property(fc.array(one), (inputs) => {
        const queue = new LaunchQueue<ReturnType<typeof item>>()
        const items = inputs.map(({ priority, namespace }, index) => item(index, priority, namespace))
        for (const each of items) queue.push(each)
        const taken = items.map(() => queue.take(0, all))
        expect(taken).toEqual([...items].sort((a, b) => b.priority - a.priority || a.sequence - b.sequence))
        expect(queue.size).toBe(0)
      }),
    )
  })

  it('keeps the place of a launch that is put back', () => {
    const queue = new LaunchQueue<ReturnType<typeof item>>()
    const old = item(0)
    queue.push(item(1))
    queue.pushDelayed(old, 100)
    expect(queue.take(99, all)?.sequence).toBe(1)
    queue.push(item(2))
    expect(queue.nextReleaseAt).toBe(100)
    expect(queue.take(100, all)).toBe(old)
  })

  it('passes over a closed namespace, and does not hold up others', () => {
    const queue = new LaunchQueue<ReturnType<typeof item>>()
    queue.push(item(0, 9, 'full'))
    queue.push(item(1, 1, 'free'))
    const isOpen = (namespace: string) => namespace !== 'full'
    expect(queue.take(0, isOpen)?.sequence).toBe(1)
    expect(queue.take(0, isOpen)).toBeUndefined()
    expect([...queue.readyNamespaces()]).toEqual(['full'])
    expect(queue.take(0, all)?.sequence).toBe(0)
  })

  it('lets go of any launch', () => {
    const queue = new LaunchQueue<ReturnType<typeof item>>()
    const items = [item(0), item(1, 5), item(2, 3, 'b'), item(3)]
    for (const each of items.slice(0, 3)) queue.push(each)
    queue.pushDelayed(items[3] ?? item(3), 50)
    for (const each of items) {
      expect(queue.remove(each)).toBe(true)
      expect(queue.remove(each)).toBe(false)
    }
    expect(queue.take(100, all)).toBeUndefined()
  })
})
