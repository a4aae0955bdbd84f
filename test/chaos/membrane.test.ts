import { describe, expect, it } from 'vitest'
import { SteppedClock } from '../support/stepped-clock.ts'
import { Membrane } from './membrane.ts'

function build() {
  const clock = new SteppedClock()
  const said: string[] = []
  const membrane = new Membrane(clock, () => said.push('killed'))
  const say = (word: string) => void said.push(word)
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  /** A call whose start, end and answer are said. */
  const call = (name: string) => {
    const deed = async () => {
      say(`${name} done`)
      return name
    }
    membrane.call(deed).then(
      (answer) => say(`${answer} heard`),
      () => say(`${name} failed`),
    )
  }
  return { clock, membrane, said, say, turn, call }
}

describe('a membrane', () => {
  it('lets calls, answers and timers through', async () => {
    const { clock, membrane, said, say, turn, call } = build()
    membrane.clock.setTimeout(() => say('rung'), 5)
    membrane.clock.setTimeout(() => say('taken back'), 5).cancel()
    call('a')
    await turn()
    clock.moveTo(clock.now() + 5)
    expect(said).toEqual(['a done', 'a heard', 'rung'])
    expect(membrane.pendingTimers).toBe(0)
  })

  it.each([
    [1, ['killed']],
    [2, ['a done', 'killed']],
    [3, ['a done', 'a heard', 'killed']],
  ])('killed at crossing %i, lets nothing more through', async (crossing, expected) => {
    const { clock, membrane, said, say, turn, call } = build()
    membrane.killAfter(crossing, () => {})
    membrane.clock.setTimeout(() => say('rung'), 5)
    call('a')
    await turn()
    call('b')
    await turn()
    clock.moveTo(clock.now() + 5)
    expect(said).toEqual(expected)
    expect([membrane.isDead, membrane.pendingTimers, clock.pendingCount]).toEqual([true, 0, 0])
  })

  it('keeps everything while it is paused, and then lets it through in order', async () => {
    const { clock, membrane, said, say, turn, call } = build()
    membrane.clock.setTimeout(() => say('rung'), 5)
    membrane.pause()
    call('a')
    clock.moveTo(clock.now() + 5)
    await turn()
    expect(said).toEqual([])
    membrane.goOn()
    await turn()
    expect(said).toEqual(['a done', 'rung', 'a heard'])
  })

  it('gives items one crossing at a time', async () => {
    const { membrane } = build()
    async function* three() {
      yield* [1, 2, 3]
    }
    const seen: number[] = []
    for await (const item of membrane.iterate(three())) seen.push(item)
    expect(seen).toEqual([1, 2, 3])
  })
})
