import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { podOf, ScriptedPods } from '../support/scripted-pods.ts'
import { makeReflector } from '../support/start-reflector.ts'

const COUNT = 2_000

function manyPods(): ScriptedPods {
  const pods = new ScriptedPods()
  pods.pods = Array.from({ length: COUNT }, (_, index) => podOf(`pod-${index}`, 5))
  return pods
}

describe('a long list', () => {
  it('is told a part at a time, with turns for everybody else, and is whole when it is said to be', async () => {
    const { reflector, notices } = makeReflector({}, manyPods())
    reflector.start()
    const toldAtTurns: number[] = []
    while (notices.at(-1)?.type !== 'LISTED') {
      await setImmediate()
      toldAtTurns.push(notices.length)
    }
    expect(toldAtTurns.length).toBeGreaterThanOrEqual(COUNT / 100)
    const steps = toldAtTurns.map((told, index) => told - (toldAtTurns[index - 1] ?? 0))
    expect(Math.max(...steps)).toBeLessThanOrEqual(101)
    expect([notices.length, reflector.store.size]).toEqual([COUNT + 1, COUNT])
    await reflector.stop()
  })

  it('is told no further once it was stopped, and its version is not taken for reached', async () => {
    const { reflector, notices } = makeReflector({}, manyPods())
    reflector.start()
    while (notices.length === 0) await setImmediate()
    const told = notices.length
    await reflector.stop()
    expect(notices.length).toBe(told)
    expect(told).toBeLessThan(COUNT)
    expect(reflector.resourceVersion).toBe('')
  })
})
