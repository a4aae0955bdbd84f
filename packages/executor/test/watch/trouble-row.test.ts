import { describe, expect, it } from 'vitest'
import type { WatchTrouble } from '../../src/watch/reflector-status.ts'
import { broken, podOf, refused } from '../support/scripted-pods.ts'
import { startReflector } from '../support/start-reflector.ts'

async function build() {
  const said: string[] = []
  const observer = {
    troubled: ({ cause }: WatchTrouble) => said.push(cause),
    recovered: () => said.push('well'),
  }
  return { ...(await startReflector({ observer })), said }
}

describe('the trouble of a watch', () => {
  it('lasts through all its trials, and is over when a watch stays open for ten seconds', async () => {
    const { reflector, pods, clock, said, logged } = await build()
    pods.last.fail(broken('dns'))
    for (let trial = 0; trial < 3; trial++) pods.watchErrors.push(broken('dns'))
    await clock.advance(60_000)
    expect(said).toEqual(['dns', 'dns', 'dns', 'dns'])
    const since = reflector.status.trouble?.since ?? 0
    expect(clock.now() - since).toBeGreaterThanOrEqual(60_000)
    pods.last.open()
    await clock.advance(9_999)
    expect(reflector.status.trouble).toMatchObject({ cause: 'dns', since })
    await clock.advance(1)
    expect([said.at(-1), reflector.status.trouble]).toEqual(['well', null])
    // Who observes says it; here it would be said once for each trial.
    expect(logged.filter(({ level }) => level === 'warn')).toEqual([])
    await reflector.stop()
  })

  it('is over at the first word of the server', async () => {
    const { reflector, pods, clock, said } = await build()
    pods.last.fail(refused(401, 'Unauthorized'))
    await clock.advance(250)
    pods.last.open()
    pods.last.send('ADDED', podOf('a', 101))
    await clock.advance(0)
    expect(said).toEqual(['unauthorized', 'well'])
    expect(clock.pendingCount).toBe(2)
    await reflector.stop()
    expect(clock.pendingCount).toBe(0)
  })

  it('is not over because a watch is open again, where open watches were the trouble', async () => {
    const { reflector, pods, clock, said } = await build()
    pods.last.fail(broken('silence'))
    await clock.advance(250)
    pods.last.open()
    await clock.advance(60_000)
    expect(said).toEqual(['silence'])
    pods.last.bookmark(120)
    await clock.advance(0)
    expect(said).toEqual(['silence', 'well'])
    await reflector.stop()
  })

  it('of watches that are cut every two seconds is one', async () => {
    const { reflector, pods, clock, said } = await build()
    for (let second = 0; second < 40; second += 2) {
      await clock.advance(2_000)
      pods.last.open()
      if (pods.last.isOpen) pods.last.fail(broken('reset'))
    }
    expect(new Set(said)).toEqual(new Set(['reset']))
    await reflector.stop()
  })

  it('is none when a version expires', async () => {
    const { reflector, pods, clock, said } = await build()
    pods.last.error(410, 'Expired')
    await clock.advance(1_000)
    expect([said, reflector.status.trouble]).toEqual([[], null])
    await reflector.stop()
  })
})
