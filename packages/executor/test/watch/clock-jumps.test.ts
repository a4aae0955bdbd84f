import { describe, expect, it } from 'vitest'
import { startReflector } from '../support/start-reflector.ts'

const hour = 3_600_000

describe('a clock that jumps', () => {
  it.each([
    ['forwards, as after a suspended laptop', 8 * hour],
    ['forwards by two minutes', 120_000],
  ])('%s opens the watch anew at its version within a minute, without waiting out its silence', async (_, ms) => {
    const restarts: string[] = []
    const { reflector, pods, clock } = await startReflector({
      resyncSeconds: 0,
      observer: { restarted: (cause) => restarts.push(cause) },
    })
    pods.last.bookmark(120)
    await clock.advance(1_000)
    clock.jump(ms)
    await clock.advance(60_000)
    expect(pods.watches.map(({ options }) => options.resourceVersion)).toEqual(['100', '120'])
    expect([restarts, pods.lists.length, reflector.state]).toEqual([['clock-jump'], 1, 'watching'])
    await reflector.stop()
  })

  it('backwards leaves the watch alone, shows no negative age, and keeps the safety list where it was', async () => {
    const { reflector, pods, clock } = await startReflector()
    await clock.advance(1_000)
    clock.jump(-24 * hour)
    await clock.advance(60_000)
    expect(pods.watches).toHaveLength(1)
    expect(reflector.status.lastActivityAt).toBeLessThanOrEqual(clock.now())
    pods.last.close()
    await clock.advance(1_800_000)
    expect(pods.lists).toHaveLength(2)
    await reflector.stop()
  })

  it('by less than a busy machine does is none', async () => {
    const { reflector, pods, clock, logged } = await startReflector()
    clock.jump(29_000)
    await clock.advance(120_000)
    clock.jump(-29_000)
    await clock.advance(120_000)
    expect([pods.watches.length, logged]).toEqual([1, []])
    await reflector.stop()
  })
})
