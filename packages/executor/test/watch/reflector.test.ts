import { describe, expect, it } from 'vitest'
import { broken, podOf, refused, ScriptedPods } from '../support/scripted-pods.ts'
import { makeReflector, startReflector } from '../support/start-reflector.ts'

describe('a list, then a watch', () => {
  it('tells of everything that is there, then that the list is complete, and watches from its version', async () => {
    const pods = new ScriptedPods()
    pods.pods = [podOf('a', 5), podOf('b', 7)]
    const { reflector, clock, heard, names } = makeReflector({ labelSelector: 'x=y', fieldSelector: 'f=1' }, pods)
    expect(reflector.state).toBe('stopped')
    reflector.start()
    reflector.start()
    expect(await reflector.synced).toBe(true)
    expect(heard()).toEqual(['ADDED a@5 listed', 'ADDED b@7 listed', 'LISTED 100 first'])
    expect(names()).toEqual(['a@5', 'b@7'])
    await clock.advance(0)
    expect(reflector.state).toBe('watching')
    expect(pods.lists).toMatchObject([{ limit: 500, labelSelector: 'x=y', fieldSelector: 'f=1' }])
    expect(pods.watches.map(({ options }) => options)).toMatchObject([
      { resourceVersion: '100', labelSelector: 'x=y', fieldSelector: 'f=1', timeoutSeconds: 300, silenceMs: 150_000 },
    ])
    await reflector.stop()
  })

  it('tells of changes as they come, each with what was before', async () => {
    const { reflector, pods, clock, notices, heard, names } = await startReflector()
    pods.last.send('ADDED', podOf('a', 101))
    pods.last.send('MODIFIED', podOf('a', 102))
    pods.last.send('DELETED', podOf('a', 103))
    await clock.advance(0)
    const previous = notices.map((notice) => ('previous' in notice ? notice.previous?.resourceVersion : undefined))
    expect(previous).toEqual([undefined, '101', '102'])
    expect(heard()).toEqual(['ADDED a@101', 'MODIFIED a@102', 'DELETED a@103'])
    expect(names()).toEqual([])
    expect(reflector.resourceVersion).toBe('103')
    expect(reflector.status).toMatchObject({ events: 3, restarts: 0, relists: 0, handlerErrors: 0, lastError: null })
    await reflector.stop()
  })

  it('asks for an end of each watch between 5 and 10 minutes, at random', async () => {
    for (const [random, timeoutSeconds] of [
      [0, 300],
      [0.5, 450],
      [0.999, 600],
    ] as const) {
      const { reflector, pods } = await startReflector({ random: () => random })
      expect(pods.last.options.timeoutSeconds).toBe(timeoutSeconds)
      await reflector.stop()
    }
  })

  it('watches all namespaces with null', async () => {
    const { reflector, pods, clock, heard } = await startReflector({ namespace: null })
    pods.last.send('ADDED', podOf('a', 101))
    await clock.advance(0)
    expect(heard()).toEqual(['ADDED a@101'])
    await reflector.stop()
  })
})

describe('a watch that ends', () => {
  it('goes on at the last version after a clean close, at once, without a list', async () => {
    const { reflector, pods, clock, heard } = await startReflector()
    pods.last.send('ADDED', podOf('a', 101))
    pods.last.bookmark(150)
    pods.last.close()
    await clock.advance(0)
    expect(pods.watches).toHaveLength(2)
    expect(pods.last.options.resourceVersion).toBe('150')
    pods.last.send('MODIFIED', podOf('a', 160))
    await clock.advance(0)
    expect(heard()).toEqual(['ADDED a@101', 'MODIFIED a@160'])
    expect(pods.lists).toHaveLength(1)
    expect(reflector.status).toMatchObject({ restarts: 1, relists: 0 })
    await reflector.stop()
  })

  it.each(['silence', 'reset', 'protocol'] as const)(
    'resumes at the last version after a failure of kind %s',
    async (kind) => {
      const { reflector, pods, clock, logged } = await startReflector()
      pods.last.send('ADDED', podOf('a', 101))
      pods.last.fail(broken(kind))
      await clock.advance(0)
      expect(reflector.state).toBe('waiting')
      expect(reflector.status.lastError).toMatchObject({ error: { kind }, at: clock.now() })
      expect(logged).toMatchObject([
        { level: 'warn', message: 'watch interrupted', fields: { resourceVersion: '101', delayMs: 250 } },
      ])
      await clock.advance(250)
      expect(pods.last.options.resourceVersion).toBe('101')
      expect([pods.watches.length, pods.lists.length]).toEqual([2, 1])
      await reflector.stop()
    },
  )

  it.each([
    ['silence', broken('silence')],
    ['a line that cannot be parsed', broken('protocol')],
    ['a version too large', refused(504, 'Timeout', { message: 'Too large resource version: 9, current: 1' })],
    ['a version that is no version (500 without a reason)', refused(500, 'InternalError')],
  ])('lists again after %s for the second time at one version', async (_, error) => {
    const { reflector, pods, clock } = await startReflector()
    pods.last.fail(error)
    await clock.advance(250)
    expect([pods.watches.length, pods.lists.length]).toEqual([2, 1])
    pods.last.fail(error)
    await clock.advance(500)
    expect([pods.watches.length, pods.lists.length]).toEqual([3, 2])
    expect(pods.lists[1]?.resourceVersion).toBeUndefined()
    await reflector.stop()
  })

  it('does not list again when the version moved on between two such failures', async () => {
    const { reflector, pods, clock } = await startReflector()
    for (const version of [101, 102, 103, 104]) {
      pods.last.bookmark(version)
      pods.last.fail(broken('silence'))
      await clock.advance(60_000)
    }
    expect([pods.watches.length, pods.lists.length]).toEqual([5, 1])
    await reflector.stop()
  })

  it.each([
    ['401', refused(401, 'Unauthorized')],
    ['403', refused(403, 'Forbidden')],
    ['429', refused(429, 'TooManyRequests')],
    ['503', refused(503, 'ServiceUnavailable')],
    ['a refused connection', broken('refused')],
  ])('keeps to the watch, and spares the server lists, through %s', async (_, error) => {
    const { reflector, pods, clock } = await startReflector()
    pods.last.fail(error)
    for (let round = 0; round < 8; round++) pods.watchErrors.push(error)
    await clock.advance(300_000)
    expect([pods.watches.length, pods.lists.length]).toEqual([10, 1])
    expect(reflector.state).toBe('watching')
    await reflector.stop()
  })
})

describe('410', () => {
  it('at connect leads to one list', async () => {
    const { reflector, pods, clock, heard } = await startReflector()
    pods.watchErrors.push(refused(410, 'Expired'))
    pods.pods = [podOf('a', 190)]
    pods.version = '200'
    pods.last.bookmark(150)
    pods.last.close()
    await clock.advance(60_000)
    expect(pods.lists).toHaveLength(2)
    expect(pods.last.options.resourceVersion).toBe('200')
    expect(heard()).toEqual(['ADDED a@190 listed', 'LISTED 200'])
    await reflector.stop()
  })

  it('as an event leads to one list', async () => {
    const { reflector, pods, clock } = await startReflector()
    pods.version = '200'
    pods.last.error(410, 'Expired')
    await clock.advance(60_000)
    expect([pods.lists.length, pods.watches.length]).toEqual([2, 2])
    expect(pods.last.options.resourceVersion).toBe('200')
    expect(reflector.status).toMatchObject({ relists: 1 })
    await reflector.stop()
  })

  it('in the middle of a list begins that list anew, and only whole lists are told', async () => {
    const pods = new ScriptedPods()
    pods.listAnswers.push(
      { items: [podOf('gone', 1)], resourceVersion: '90', continue: 'next' },
      refused(410, 'Expired'),
      { items: [podOf('a', 2)], resourceVersion: '100', continue: 'next' },
      { items: [podOf('b', 3)], resourceVersion: '100' },
    )
    const { reflector, clock, heard } = makeReflector({}, pods)
    reflector.start()
    await clock.advance(0)
    expect(heard()).toEqual(['ADDED a@2 listed', 'ADDED b@3 listed', 'LISTED 100 first'])
    await reflector.stop()
  })

  it('again and again lists no faster than the backoff', async () => {
    const { reflector, pods, clock } = await startReflector()
    pods.last.error(410, 'Expired')
    for (let round = 0; round < 50; round++) pods.watchErrors.push(refused(410, 'Expired'))
    await clock.advance(60_000)
    // 0.25 + 0.5 + 1 + 2 + 4 + 8 + 15 + 15 s.
    expect(pods.lists).toHaveLength(9)
    await reflector.stop()
  })
})

describe('a gap in the watch', () => {
  it('shows deletions with the last known record, changes and arrivals, and nothing of what stayed', async () => {
    const pods = new ScriptedPods()
    pods.pods = [podOf('gone', 5), podOf('changed', 6), podOf('same', 7)]
    const { reflector, clock, notices, heard, names } = await startReflector({}, pods)
    pods.pods = [podOf('changed', 150), podOf('same', 7), podOf('new', 151)]
    pods.version = '200'
    pods.last.error(410, 'Expired')
    await clock.advance(60_000)
    expect(notices[0]).toMatchObject({
      type: 'DELETED',
      listed: true,
      missed: true,
      record: { uid: 'uid-gone' },
      previous: { resourceVersion: '5' },
    })
    expect(heard()).toEqual([
      'DELETED gone@5 listed missed',
      'MODIFIED changed@150 listed',
      'ADDED new@151 listed',
      'LISTED 200',
    ])
    expect(names()).toEqual(['changed@150', 'new@151', 'same@7'])
    await reflector.stop()
  })

  it('shows a pod that was replaced by its namesake as deleted and added, in the list and in the watch', async () => {
    const pods = new ScriptedPods()
    pods.pods = [podOf('a', 5, 'one')]
    const { reflector, clock, heard } = await startReflector({}, pods)
    pods.pods = [podOf('a', 150, 'two')]
    pods.version = '200'
    pods.last.error(410, 'Expired')
    await clock.advance(60_000)
    expect(heard()).toEqual(['DELETED a@5 listed missed', 'ADDED a@150 listed', 'LISTED 200'])
    pods.last.send('MODIFIED', podOf('a', 210, 'three'))
    await clock.advance(0)
    expect(heard()).toEqual(['DELETED a@150 missed', 'ADDED a@210'])
    expect([...reflector.store.values()].find(({ uid }) => uid === 'two')).toBeUndefined()
    expect([...reflector.store.values()].find(({ uid }) => uid === 'three')?.resourceVersion).toBe('210')
    await reflector.stop()
  })

  it('takes a list for the truth although its versions are lower, as after a restore of etcd', async () => {
    const pods = new ScriptedPods()
    pods.pods = [podOf('a', 90), podOf('b', 95)]
    const { reflector, clock, heard, names } = await startReflector({}, pods)
    pods.pods = [podOf('a', 20)]
    pods.version = '30'
    for (const delay of [250, 500]) {
      pods.last.fail(broken('silence'))
      await clock.advance(delay)
    }
    expect(heard()).toEqual(['DELETED b@95 listed missed', 'MODIFIED a@20 listed', 'LISTED 30'])
    expect(names()).toEqual(['a@20'])
    expect(pods.last.options.resourceVersion).toBe('30')
    await reflector.stop()
  })
})

describe('events out of step', () => {
  it('drops an event that is older than what it holds, and a repetition', async () => {
    const { reflector, pods, clock, heard, names } = await startReflector()
    pods.last.send('ADDED', podOf('a', 110))
    pods.last.send('MODIFIED', podOf('a', 105))
    pods.last.send('ADDED', podOf('a', 110))
    pods.last.send('ADDED', podOf('a', 108, 'an earlier one'))
    await clock.advance(0)
    expect(heard()).toEqual(['ADDED a@110'])
    expect(names()).toEqual(['a@110'])
    await reflector.stop()
  })

  it('tells of a deletion of what it never held, and leaves the namesake alone', async () => {
    const { reflector, pods, clock, notices, heard, names } = await startReflector()
    pods.last.send('ADDED', podOf('a', 110))
    await clock.advance(0)
    heard()
    pods.last.send('DELETED', podOf('a', 120, 'another'))
    await clock.advance(0)
    expect(notices).toMatchObject([{ type: 'DELETED', record: { uid: 'another' }, listed: false, missed: false }])
    expect(notices[0]).not.toHaveProperty('previous')
    expect(names()).toEqual(['a@110'])
    await reflector.stop()
  })
})
