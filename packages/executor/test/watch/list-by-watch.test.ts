import { describe, expect, it } from 'vitest'
import { broken, podOf, refused, ScriptedPods } from '../support/scripted-pods.ts'
import { makeReflector } from '../support/start-reflector.ts'

function build(options: Parameters<typeof makeReflector>[0] = {}, pods = new ScriptedPods()) {
  const lists: string[] = []
  const restarts: string[] = []
  const made = makeReflector(
    {
      listByWatch: true,
      observer: { listed: ({ cause }) => lists.push(cause), restarted: (cause) => restarts.push(cause) },
      ...options,
    },
    pods,
  )
  made.reflector.start()
  return { ...made, lists, restarts }
}

describe('a list by watch', () => {
  it('is one stream: what is there, a mark, and then what changes; nothing is told before the mark', async () => {
    const { reflector, pods, clock, heard, lists } = build()
    await clock.advance(0)
    expect(pods.last.options).toMatchObject({ sendInitialEvents: true })
    expect(pods.last.options.resourceVersion).toBeUndefined()
    pods.last.send('ADDED', podOf('a', 5))
    pods.last.send('ADDED', podOf('b', 6))
    pods.last.send('MODIFIED', podOf('a', 101))
    pods.last.send('DELETED', podOf('b', 102))
    pods.last.bookmark(99)
    await clock.advance(0)
    expect([heard(), reflector.state]).toEqual([[], 'listing'])
    pods.last.bookmark(103, { initialEventsEnd: true })
    pods.last.send('ADDED', podOf('c', 104))
    await clock.advance(0)
    expect(heard()).toEqual(['ADDED a@101 listed', 'LISTED 103 first', 'ADDED c@104'])
    expect([reflector.state, reflector.resourceVersion, pods.watches.length, pods.lists.length]).toEqual([
      'watching',
      '104',
      1,
      0,
    ])
    expect(lists).toEqual(['start'])
    await reflector.stop()
  })

  it('shows what went during a gap, as any list does', async () => {
    const { reflector, pods, clock, heard, lists } = build()
    await clock.advance(0)
    pods.last.send('ADDED', podOf('gone', 5))
    pods.last.send('ADDED', podOf('a', 6))
    pods.last.bookmark(100, { initialEventsEnd: true })
    pods.last.error(410, 'Expired')
    await clock.advance(250)
    heard()
    pods.last.send('ADDED', podOf('a', 6))
    pods.last.bookmark(200, { initialEventsEnd: true })
    await clock.advance(0)
    expect(heard()).toEqual(['DELETED gone@5 listed missed', 'LISTED 200'])
    expect(lists).toEqual(['start', 'expired'])
    expect([pods.watches.length, pods.lists.length]).toEqual([2, 0])
    await reflector.stop()
  })

  it.each([
    ['422: the feature is off, or the server is of before it', refused(422, 'Invalid')],
    ['400', refused(400, 'BadRequest')],
  ])('is given up for good, and without a pause, after %s', async (_, error) => {
    const pods = new ScriptedPods()
    pods.watchErrors.push(error)
    const { reflector, clock, heard, logged } = build({}, pods)
    await clock.advance(0)
    expect(heard()).toEqual(['LISTED 100 first'])
    pods.last.error(410, 'Expired')
    await clock.advance(60_000)
    expect(pods.lists).toHaveLength(2)
    expect(pods.watches.map(({ options }) => options.sendInitialEvents)).toEqual([true, undefined, undefined])
    expect(logged.filter(({ level }) => level === 'warn')).toEqual([])
    await reflector.stop()
  })

  it('is given up for good when the mark does not come within two minutes: the parameter was ignored', async () => {
    const { reflector, pods, clock, heard } = build()
    await clock.advance(0)
    pods.last.send('ADDED', podOf('a', 5))
    pods.pods = [podOf('a', 5)]
    for (let minute = 0; minute < 2; minute++) {
      pods.last.bookmark(90)
      await clock.advance(60_000)
    }
    expect(heard()).toEqual(['ADDED a@5 listed', 'LISTED 100 first'])
    expect([pods.watches.length, pods.lists.length]).toEqual([2, 1])
    await reflector.stop()
  })

  it('is followed by one by pages where it was refused, and tried again for the list after that', async () => {
    const pods = new ScriptedPods()
    pods.watchErrors.push(refused(504, 'Timeout', { message: 'Too large resource version: 9, current: 1' }))
    const { reflector, clock } = build({}, pods)
    await clock.advance(250)
    expect([pods.watches.length, pods.lists.length, reflector.state]).toEqual([2, 1, 'watching'])
    pods.last.error(410, 'Expired')
    await clock.advance(60_000)
    expect(pods.last.options.sendInitialEvents).toBe(true)
    await reflector.stop()
  })

  it('goes on as a list by pages at once where watching is forbidden: lists are another permission', async () => {
    const pods = new ScriptedPods()
    pods.watchErrors.push(refused(403, 'Forbidden'), refused(403, 'Forbidden'))
    const { reflector, clock, heard } = build({}, pods)
    await clock.advance(0)
    expect(heard()).toEqual(['LISTED 100 first'])
    expect(reflector.status.trouble).toMatchObject({ cause: 'rbac' })
    await reflector.stop()
  })

  it('that breaks is tried again after the backoff, and its half is told to nobody', async () => {
    const { reflector, pods, clock, heard } = build()
    await clock.advance(0)
    pods.last.send('ADDED', podOf('half', 5))
    pods.last.fail(broken('reset'))
    await clock.advance(250)
    pods.last.send('ADDED', podOf('a', 6))
    pods.last.bookmark(100, { initialEventsEnd: true })
    await clock.advance(0)
    expect(heard()).toEqual(['ADDED a@6 listed', 'LISTED 100 first'])
    expect(pods.lists).toHaveLength(0)
    await reflector.stop()
  })

  it('is the safety list too; when it fails, the watch goes on at its version', async () => {
    const { reflector, pods, clock, heard, restarts } = build({ resyncSeconds: 60 })
    await clock.advance(0)
    pods.last.bookmark(100, { initialEventsEnd: true })
    await clock.advance(60_000)
    expect(pods.last.options.sendInitialEvents).toBe(true)
    pods.last.fail(broken('reset'))
    await clock.advance(0)
    expect(pods.last.options).toMatchObject({ resourceVersion: '100' })
    heard()
    pods.last.send('ADDED', podOf('a', 110))
    await clock.advance(10_000)
    pods.last.send('ADDED', podOf('a', 110))
    pods.last.bookmark(120, { initialEventsEnd: true })
    await clock.advance(0)
    expect(heard()).toEqual(['ADDED a@110', 'LISTED 120'])
    expect(restarts).toEqual(['reset', 'resync'])
    expect(pods.overlapped).toBe(false)
    await reflector.stop()
  })

  it('is by pages where an earlier process had reached a version: its watch begins there', async () => {
    const { reflector, pods, clock } = build({ startResourceVersion: '50' })
    await clock.advance(0)
    expect([pods.lists.length, pods.last.options.resourceVersion]).toEqual([1, '50'])
    await reflector.stop()
  })
})
