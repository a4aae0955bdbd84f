import { describe, expect, it } from 'vitest'
import type { Notice } from '../../src/watch/notice.ts'
import type { WatchRecord } from '../../src/watch/record-store.ts'
import { broken, podOf, refused, ScriptedPods } from '../support/scripted-pods.ts'
import { makeReflector, noticeText, recordOf, startReflector } from '../support/start-reflector.ts'

describe('a handler that throws', () => {
  it('is counted and logged with the name of the object, and the next notice comes', async () => {
    const told: string[] = []
    const onNotice = (notice: Notice<WatchRecord>) => {
      told.push(noticeText(notice))
      if (notice.type !== 'LISTED' && notice.record.name === 'bad') throw new Error('oh')
    }
    const { reflector, pods, clock, logged, names } = await startReflector({ onNotice })
    pods.last.send('ADDED', podOf('bad', 101))
    pods.last.send('ADDED', podOf('good', 102))
    await clock.advance(0)
    expect(told.slice(1)).toEqual(['ADDED bad@101', 'ADDED good@102'])
    expect(names()).toEqual(['bad@101', 'good@102'])
    expect(reflector.status.handlerErrors).toBe(1)
    expect(logged).toMatchObject([
      { level: 'error', fields: { namespace: 'ns', pod: 'bad', error: { message: 'oh' } } },
    ])
    expect(pods.watches).toHaveLength(1)
    await reflector.stop()
  })
})

describe('a pod that cannot be projected', () => {
  it('is left out with its name in the log, and hurts neither list nor watch', async () => {
    const pods = new ScriptedPods()
    pods.pods = [podOf('good', 5), podOf('bad', 6)]
    const project: typeof recordOf = (pod) => {
      if (pod.metadata?.name === 'bad') throw new TypeError('no spec')
      return recordOf(pod)
    }
    const { reflector, clock, heard, logged, names } = makeReflector({ project }, pods)
    reflector.start()
    await clock.advance(0)
    pods.last.send('MODIFIED', podOf('bad', 101))
    pods.last.send('MODIFIED', podOf('good', 102))
    await clock.advance(0)
    expect(heard()).toEqual(['ADDED good@5 listed', 'LISTED 100 first', 'MODIFIED good@102'])
    expect(names()).toEqual(['good@102'])
    expect([reflector.status.projectionErrors, reflector.resourceVersion]).toEqual([2, '102'])
    expect(logged).toMatchObject([
      { level: 'error', message: 'pod cannot be read', fields: { pod: 'bad', error: { message: 'no spec' } } },
      { level: 'error' },
    ])
    await reflector.stop()
  })

  it('is told as deleted when it was known before', async () => {
    const pods = new ScriptedPods()
    pods.pods = [podOf('a', 5)]
    let broken = false
    const project: typeof recordOf = (pod) => {
      if (broken) throw new Error('oh')
      return recordOf(pod)
    }
    const { reflector, clock, heard, names } = await startReflector({ project }, pods)
    broken = true
    pods.last.send('MODIFIED', podOf('a', 101))
    await clock.advance(0)
    expect(names()).toEqual(['a@5'])
    pods.last.send('DELETED', podOf('a', 102))
    await clock.advance(0)
    expect(heard()).toEqual(['DELETED a@5'])
    expect(names()).toEqual([])
    await reflector.stop()
  })
})

describe('the version that an earlier process had reached', () => {
  it('shows the deletions of the time between with their last state, and nothing that the list has told', async () => {
    const pods = new ScriptedPods()
    pods.pods = [podOf('changed', 95), podOf('recreated', 97, 'second')]
    const { reflector, clock, heard, names } = makeReflector({ startResourceVersion: '50' }, pods)
    reflector.start()
    await clock.advance(0)
    expect(heard()).toEqual(['ADDED changed@95 listed', 'ADDED recreated@97 listed', 'LISTED 100 first'])
    expect(pods.last.options.resourceVersion).toBe('50')
    expect(reflector.resourceVersion).toBe('50')
    pods.last.send('MODIFIED', podOf('changed', 60))
    pods.last.send('MODIFIED', podOf('gone', 70))
    pods.last.send('DELETED', podOf('gone', 80))
    pods.last.send('MODIFIED', podOf('recreated', 85, 'first'))
    pods.last.send('DELETED', podOf('recreated', 90, 'first'))
    pods.last.send('MODIFIED', podOf('changed', 95))
    pods.last.send('ADDED', podOf('recreated', 97, 'second'))
    pods.last.send('MODIFIED', podOf('changed', 110))
    await clock.advance(0)
    expect(heard()).toEqual(['ADDED gone@70', 'DELETED gone@80', 'DELETED recreated@90', 'MODIFIED changed@110'])
    expect(names()).toEqual(['changed@110', 'recreated@97'])
    expect([pods.lists.length, reflector.resourceVersion]).toEqual([1, '110'])
    await reflector.stop()
  })

  it.each(['at connect', 'as an event'])('is no error when it is too old, told %s: no other list', async (shape) => {
    const pods = new ScriptedPods()
    if (shape === 'at connect') pods.watchErrors.push(refused(410, 'Expired'))
    const { reflector, clock } = await startReflector({ startResourceVersion: '50' }, pods)
    if (shape === 'as an event') pods.last.error(410, 'Expired')
    await clock.advance(250)
    expect(pods.lists).toHaveLength(1)
    expect(pods.watches.map(({ options }) => options.resourceVersion)).toEqual(['50', '100'])
    await reflector.stop()
  })

  it('that expires once the watch has caught up leads to a list as ever', async () => {
    const { reflector, pods, clock } = await startReflector({ startResourceVersion: '50' })
    pods.last.bookmark(100)
    pods.last.error(410, 'Expired')
    await clock.advance(250)
    expect(pods.lists).toHaveLength(2)
    await reflector.stop()
  })

  it.each(['100', '5000', 'garbage', ''])(
    '%j is left aside when it is not older than the list',
    async (startResourceVersion) => {
      const { reflector, pods } = await startReflector({ startResourceVersion })
      expect(pods.last.options.resourceVersion).toBe('100')
      await reflector.stop()
    },
  )
})

describe('stop', () => {
  it.each([
    ['in the first list', { listAnswers: [new Promise<never>(() => {})] }, 'listing'],
    ['while it waits', { listAnswers: [broken('refused')] }, 'waiting'],
    ['while it watches', {}, 'watching'],
  ])('%s leaves no timer and no watch, and says nothing more', async (_, script, state) => {
    const pods = Object.assign(new ScriptedPods(), script)
    const { reflector, clock, heard } = makeReflector({}, pods)
    reflector.start()
    await clock.advance(0)
    expect(reflector.state).toBe(state)
    heard()
    await Promise.all([reflector.stop(), reflector.stop()])
    expect(reflector.state).toBe('stopped')
    expect(await reflector.synced).toBe(state === 'watching')
    expect(clock.pendingCount).toBe(0)
    expect(pods.watches.filter(({ isOpen }) => isOpen)).toHaveLength(0)
    const requests = pods.lists.length + pods.watches.length
    await clock.advance(3_600_000)
    expect([heard(), pods.lists.length + pods.watches.length]).toEqual([[], requests])
  })

  it('from within a handler ends the notices at once', async () => {
    const pods = new ScriptedPods()
    pods.pods = [podOf('a', 1), podOf('b', 2), podOf('c', 3)]
    const told: string[] = []
    let stopped: Promise<void> | undefined
    const made = makeReflector(
      {
        onNotice(notice) {
          told.push(noticeText(notice))
          if (told.length === 2) stopped = made.reflector.stop()
        },
      },
      pods,
    )
    made.reflector.start()
    await made.clock.advance(0)
    await stopped
    expect(told).toEqual(['ADDED a@1 listed', 'ADDED b@2 listed'])
    expect(made.reflector.state).toBe('stopped')
    // Nobody was told of c: a later process must not begin behind it.
    expect(made.reflector.resourceVersion).toBe('')
  })

  it('before start keeps it from starting', async () => {
    const { reflector, pods, clock } = makeReflector()
    await reflector.stop()
    reflector.start()
    await clock.advance(0)
    expect(await reflector.synced).toBe(false)
    expect([pods.lists.length, reflector.state]).toEqual([0, 'stopped'])
  })
})
