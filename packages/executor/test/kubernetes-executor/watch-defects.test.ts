import { describe, expect, it } from 'vitest'
import { apiError } from '../support/fake-pods.ts'
import { startExecutor } from '../support/start-executor.ts'

const evicted = { reason: 'Evicted', message: 'the node was low on memory' }

describe('L3: failed pods that are kept', () => {
  it('are told again by every list, and change nothing of the launches that came after them', async () => {
    const { executor, pods, clock, launch, events, settle } = await startExecutor({ config: { resyncSeconds: 5 } })
    await launch('a')
    const first = pods.one(/-a-/).metadata?.name ?? ''
    for (const _ of [1, 2]) {
      const current = pods.all().find(({ status }) => status?.phase !== 'Failed')?.metadata?.name ?? ''
      pods.setStatus(pods.schedule(current), { phase: 'Failed', ...evicted })
      await settle()
      await clock.advance(3_000)
    }
    const current = pods.all().find(({ status }) => status?.phase !== 'Failed')?.metadata?.name ?? ''
    pods.start(current)
    await settle()
    expect(pods.all()).toHaveLength(3)
    // Someone takes the mark away by which no list would show them.
    await pods.patch('default', first, {
      type: 'merge',
      patch: { metadata: { labels: { airflow_executor_done: null } } },
    })
    const before = executor.state.watches[0]?.relists ?? 0
    await clock.advance(60_000)
    expect((executor.state.watches[0]?.relists ?? 0) - before).toBeGreaterThanOrEqual(10)
    expect(executor.running.size).toBe(1)
    pods.finish(current)
    await settle()
    expect(events()).toMatchObject({ a: { state: 'success', launch: { number: 3 } } })
    await executor.end()
  })
})

describe('L4: a silence of the watch', () => {
  it('tells nothing again: it goes on at the last version, not at the first', async () => {
    const { executor, pods, clock, launch, settle } = await startExecutor()
    await launch('a')
    pods.finish(/-a-/, 1)
    await settle()
    const [opened] = pods.requests.filter(({ verb }) => verb === 'watch')
    await clock.advance(15 * 60_000)
    const watches = pods.requests.filter(({ verb }) => verb === 'watch')
    expect(
      watches.every(({ options }) => options === opened?.options || 'resourceVersion' in (options as object)),
    ).toBe(true)
    expect(executor.state.watches).toMatchObject([{ relists: 0, handlerErrors: 0 }])
    await executor.end()
  })
})

describe('L5: a version that is too old', () => {
  it.each(['at connect', 'within the stream'])(
    '%s leads to one list, and nothing has to be restarted',
    async (where) => {
      const { executor, pods, clock, launch, states, settle, metrics } = await startExecutor()
      await launch('a')
      pods.fault({ verb: 'watch', error: apiError(410, 'Expired', 'too old resource version: 1 (9)') })
      if (where === 'at connect') pods.breakWatches()
      else pods.breakWatches(apiError(410, 'Expired', 'too old resource version: 1 (9)'))
      await settle()
      pods.finish(/-a-/)
      await clock.advance(5_000)
      await settle()
      expect(states()).toEqual({ a: 'success' })
      expect(metrics.count('davit_executor.watch_lists', { cause: 'expired' })).toBeGreaterThanOrEqual(1)
      expect(metrics.count('davit_executor.troubles')).toBe(0)
      await executor.end()
    },
  )
})

describe('L7: a pod that leaves our sight', () => {
  it('because it was labelled done is not taken for adopted: its end is told', async () => {
    const { executor, pods, clock, launch, states, settle } = await startExecutor()
    await launch('a')
    const { metadata } = pods.start(/-a-/)
    await settle()
    await pods.patch('default', metadata?.name ?? '', {
      type: 'merge',
      patch: { metadata: { labels: { airflow_executor_done: 'True' } } },
    })
    await settle()
    expect(executor.running.size).toBe(1)
    pods.finish(/-a-/)
    await clock.advance(10_000)
    await settle()
    expect(states()).toEqual({ a: 'success' })
    await executor.end()
  })

  it('because it was deleted without a grace period is not taken for adopted: the try ends, and says what is known', async () => {
    const { executor, pods, launch, events, settle } = await startExecutor()
    await launch('a')
    // It may have got a node, and run, since it was last seen.
    pods.remove(/-a-/)
    await settle()
    expect(events()).toMatchObject({ a: { state: 'failed', failure: { class: 'unknown' } } })
    expect(executor.running.size).toBe(0)
    await executor.end()
  })

  it('because another executor adopted it is let go, without an event and without a deletion', async () => {
    const { executor, pods, launch, events, settle } = await startExecutor()
    await launch('a')
    const { metadata } = pods.start(/-a-/)
    await settle()
    events()
    await pods.patch('default', metadata?.name ?? '', {
      type: 'merge',
      patch: { metadata: { labels: { 'airflow-worker': '8' } } },
    })
    await settle()
    expect([events(), executor.running.size, pods.all().length, pods.count('delete')]).toEqual([{}, 0, 1, 0])
    await executor.end()
  })
})

describe('L23: a failed pod of a strange shape', () => {
  it.each([
    ['no container statuses', {}],
    ['none of its containers', { containerStatuses: [] }],
    [
      'a status without a state',
      { containerStatuses: [{ name: 'base', image: '', imageID: '', ready: false, restartCount: 0 }] },
    ],
    [
      'a terminated state without anything',
      {
        containerStatuses: [
          { name: 'base', image: '', imageID: '', ready: false, restartCount: 0, state: { terminated: {} as never } },
        ],
      },
    ],
    ['no name', { containerStatuses: [{ state: { waiting: {} } } as never] }],
    ['nulls', { containerStatuses: null as never, initContainerStatuses: null as never, conditions: null as never }],
  ])('%s: fails its task alone, with a class and evidence, and the watch goes on', async (_, shape) => {
    const { executor, pods, launch, events, settle, metrics } = await startExecutor({
      config: { infrastructureRetries: 0 },
    })
    await launch('strange')
    await launch('plain')
    pods.setStatus(pods.schedule(/-strange-/), { phase: 'Failed', ...shape })
    await settle()
    pods.finish(/-plain-/)
    await settle()
    expect(events()).toMatchObject({
      strange: {
        state: 'failed',
        failure: { class: expect.any(String), evidence: expect.stringMatching(/.+=/), message: expect.any(String) },
      },
      plain: { state: 'success' },
    })
    expect(metrics.count('davit_executor.watch_handler_errors') + metrics.count('davit_executor.unreadable_pods')).toBe(
      0,
    )
    await executor.end()
  })
})
