import { describe, expect, it } from 'vitest'
import { broken, podOf, refused, ScriptedPods } from '../support/scripted-pods.ts'
import { makeReflector, startReflector } from '../support/start-reflector.ts'

/** When each watch was opened, in seconds since the first. */
async function openings(
  pods: ScriptedPods,
  clock: { now(): number; advance(ms: number): Promise<void> },
  seconds: number,
) {
  const opened: number[] = []
  for (let tenth = 0; tenth < seconds * 10; tenth++) {
    const before = pods.watches.length
    await clock.advance(100)
    for (let count = before; count < pods.watches.length; count++) opened.push((tenth + 1) / 10)
  }
  return opened
}

describe('the backoff of a reflector', () => {
  it('grows from failure to failure up to its ceiling', async () => {
    const { reflector, pods, clock } = await startReflector()
    pods.last.fail(broken('refused'))
    for (let round = 0; round < 100; round++) pods.watchErrors.push(broken('refused'))
    expect(await openings(pods, clock, 62)).toEqual([0.3, 0.8, 1.8, 3.8, 7.8, 15.8, 30.8, 45.8, 60.8])
    await reflector.stop()
  })

  it('is reset by a real event, not by a bookmark', async () => {
    const { reflector, pods, clock, logged } = await startReflector()
    for (const [version, delayMs] of [
      [101, 250],
      [102, 500],
      [103, 1_000],
    ] as const) {
      pods.last.bookmark(version)
      pods.last.fail(broken('reset'))
      await clock.advance(delayMs)
    }
    pods.last.send('ADDED', podOf('a', 104))
    pods.last.fail(broken('reset'))
    await clock.advance(250)
    expect(logged.map(({ fields }) => fields?.delayMs)).toEqual([250, 500, 1_000, 250])
    expect(pods.watches).toHaveLength(5)
    await reflector.stop()
  })

  it('is reset by a minute that was well', async () => {
    const { reflector, pods, clock, logged } = await startReflector()
    pods.last.fail(broken('reset'))
    await clock.advance(250)
    pods.last.fail(broken('reset'))
    await clock.advance(500 + 60_000)
    pods.last.fail(broken('reset'))
    await clock.advance(0)
    // The watch lasted longer than any delay: nothing is left to wait for.
    expect(logged.map(({ fields }) => fields?.delayMs)).toEqual([250, 500, 0])
    expect(reflector.state).toBe('watching')
    await reflector.stop()
  })

  it('is reset by a connection that held for some seconds, and not by one that was never answered', async () => {
    for (const [isAnswered, delays] of [
      [true, [0, 0, 0, 0]],
      [false, [0, 0, 0, 0, 1_000]],
    ] as const) {
      const { reflector, pods, clock, logged } = await startReflector()
      for (const _ of delays) {
        if (isAnswered) pods.last.open()
        await clock.advance(3_000)
        pods.last.fail(broken('reset'))
        await clock.advance(0)
      }
      expect(logged.map(({ fields }) => fields?.delayMs)).toEqual(delays)
      await reflector.stop()
    }
  })

  it('never lets watches that close at once become a loop', async () => {
    const { reflector, pods, clock } = await startReflector()
    pods.closeAtOnce = true
    pods.last.close()
    expect(await openings(pods, clock, 20)).toEqual([0.3, 0.8, 1.8, 3.8, 7.8, 15.8])
    expect(pods.lists).toHaveLength(1)
    await reflector.stop()
  })

  it('keeps one watch for each step while every watch is cut after two seconds', async () => {
    const { reflector, pods, clock } = await startReflector()
    for (let second = 0; second < 120; second += 2) {
      await clock.advance(2_000)
      if (pods.last.isOpen) pods.last.fail(broken('reset'))
    }
    expect(pods.overlapped).toBe(false)
    expect(pods.lists).toHaveLength(1)
    expect(pods.watches.length).toBeLessThanOrEqual(14)
    await reflector.stop()
  })

  it('waits as long as Retry-After says', async () => {
    const { reflector, pods, clock } = await startReflector()
    pods.last.fail(refused(429, 'TooManyRequests', { retryAfterMs: 40_000 }))
    await clock.advance(39_999)
    expect(reflector.state).toBe('waiting')
    expect(pods.watches).toHaveLength(1)
    await clock.advance(1)
    expect(pods.watches).toHaveLength(2)
    await reflector.stop()
  })

  it('repeats a first list that fails, and is synced when it has come', async () => {
    const pods = new ScriptedPods()
    pods.listAnswers.push(broken('refused'), refused(403, 'Forbidden'), refused(500, 'InternalError'))
    const { reflector, clock, heard } = makeReflector({}, pods)
    let synced = false
    void reflector.synced.then((value) => {
      synced = value
    })
    reflector.start()
    await clock.advance(1_749)
    expect([synced, pods.lists.length, reflector.state]).toEqual([false, 3, 'waiting'])
    await clock.advance(1)
    expect([synced, pods.lists.length, reflector.state]).toEqual([true, 4, 'watching'])
    expect(heard()).toEqual(['LISTED 100 first'])
    await reflector.stop()
  })
})

describe('the safety list', () => {
  it('comes each resyncSeconds, one watch or list at a time, and repeats no event', async () => {
    const pods = new ScriptedPods()
    pods.pods = [podOf('a', 5)]
    const { reflector, clock, heard } = await startReflector({}, pods)
    await clock.advance(1_800_000 - 1)
    expect(pods.lists).toHaveLength(1)
    await clock.advance(1)
    expect([pods.lists.length, pods.watches.length]).toEqual([2, 2])
    expect(heard()).toEqual(['LISTED 100'])
    await clock.advance(22.5 * 3_600_000)
    expect([pods.lists.length, pods.watches.length, heard().length]).toEqual([47, 47, 45])
    expect(pods.overlapped).toBe(false)
    expect(reflector.status).toMatchObject({ events: 0, relists: 46, lastError: null })
    await reflector.stop()
  })

  it('never comes with resyncSeconds 0', async () => {
    const { reflector, pods, clock } = await startReflector({ resyncSeconds: 0 })
    await clock.advance(60 * 86_400_000)
    expect([pods.lists.length, pods.watches.length, reflector.state]).toEqual([1, 3, 'watching'])
    await reflector.stop()
  })

  it('finds what an event would have told', async () => {
    const { reflector, pods, clock, heard } = await startReflector({ resyncSeconds: 60 })
    pods.pods = [podOf('a', 120)]
    pods.version = '130'
    await clock.advance(60_000)
    expect(heard()).toEqual(['ADDED a@120 listed', 'LISTED 130'])
    expect(pods.last.options.resourceVersion).toBe('130')
    await reflector.stop()
  })

  it('that fails leaves the watch to go on at its version, and is tried again after 10 s, then later', async () => {
    const { reflector, pods, clock, heard, logged } = await startReflector({ resyncSeconds: 600 })
    pods.last.bookmark(140)
    pods.listAnswers.push(refused(429, 'TooManyRequests'), broken('timeout'))
    await clock.advance(600_000)
    expect(reflector.state).toBe('watching')
    expect(pods.last.options.resourceVersion).toBe('140')
    pods.last.send('ADDED', podOf('a', 150))
    await clock.advance(9_999)
    expect(heard()).toEqual(['ADDED a@150'])
    expect(pods.lists).toHaveLength(2)
    await clock.advance(1)
    expect(pods.lists).toHaveLength(3)
    await clock.advance(20_000)
    expect(pods.lists).toHaveLength(4)
    expect(logged.map(({ message, fields }) => [message, fields?.delayMs])).toEqual([
      ['safety list failed', 10_000],
      ['safety list failed', 20_000],
    ])
    await reflector.stop()
  })
})
