import { describe, expect, it } from 'vitest'
import { apiError, connectionError } from '../support/fake-pods.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

const poison = { namespace: 'default', labels: { 'airflow-worker': '7' } }
const annotations = { dag_id: 'sales', task_id: 'x', run_id: 'manual__1', try_number: '1' }

describe('KubernetesExecutor.state', () => {
  it('shows each watch, the launches by phase, and that nothing is wrong', async () => {
    const { executor, pods, clock, launch, settle } = await startExecutor({ config: { namespace: 'default' } })
    await launch('a')
    await launch('b')
    pods.start(/-a-/)
    await settle()
    await clock.advance(40_000)
    expect(executor.state).toEqual({
      lifecycle: 'started',
      adoption: 'label',
      watches: [
        {
          namespace: 'default',
          state: 'watching',
          since: expect.any(Number),
          staleSeconds: 40,
          lastError: null,
          resourceVersion: expect.stringMatching(/^\d+$/),
          pods: 2,
          relists: 0,
          restarts: 0,
          handlerErrors: 0,
        },
      ],
      launches: { waiting: 0, creating: 0, live: 2, replacing: 0, ended: 0 },
      creates: { inFlight: 0, limit: 16, held: [] },
      poisonPods: [],
      troubles: [],
    })
    await executor.end()
    expect(executor.state).toMatchObject({ lifecycle: 'ended', watches: [{ state: 'stopped' }] })
  })

  it('says what pauses creates, since when, and when they are tried again: one row a cause', async () => {
    const { executor, pods, clock, launch, settle, logger } = await startExecutor()
    pods.fault({ verb: 'create', error: apiError(401, 'Unauthorized', 'Unauthorized'), times: 100 })
    const since = clock.now()
    for (const id of ['a', 'b', 'c']) await launch(id)
    await clock.advance(10_000)
    const { creates, troubles } = executor.state
    expect(creates.held).toEqual([
      {
        cause: 'unauthorized',
        message: 'Unauthorized',
        namespace: null,
        launches: 3,
        since,
        nextTryAt: expect.any(Number),
      },
    ])
    expect(creates.held[0]?.nextTryAt).toBeGreaterThan(clock.now())
    expect(troubles).toMatchObject([{ cause: 'unauthorized', sources: ['creates'], since }])
    expect(logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      'trouble began',
    ])
    pods.clearFaults()
    await clock.advance(120_000)
    await settle()
    expect(pods.all()).toHaveLength(3)
    expect(executor.state).toMatchObject({ troubles: [], creates: { held: [] } })
    expect(logger.lines.filter(({ message }) => message === 'trouble is over')).toHaveLength(1)
    await executor.end()
  })

  it('ends the trouble of creates when none is wanted any more', async () => {
    const { executor, pods, launch, settle } = await startExecutor()
    pods.fault({ verb: 'create', error: connectionError('dns'), times: 100 })
    const key = await launch('a')
    expect(executor.state.troubles).toMatchObject([{ cause: 'dns' }])
    await executor.revokeTask({ key, queuedByJobId: null })
    await settle()
    await launch('b')
    pods.clearFaults()
    await executor.revokeTask({ key: keyOf('b'), queuedByJobId: null })
    await settle()
    expect(executor.state.troubles).toEqual([])
    await executor.end()
  })
})

describe('L6: a pod with our labels and broken annotations', () => {
  it.each([
    ['none at all', undefined, 'the pod lacks the annotation dag_id, task_id, try_number'],
    ['no try number', { ...annotations, try_number: undefined }, 'the pod lacks the annotation try_number'],
    [
      'a try number that is none',
      { ...annotations, try_number: 'three' },
      'the annotation try_number is no whole number: "three"',
    ],
    [
      'a map index that is none',
      { ...annotations, map_index: '1.5' },
      'the annotation map_index is no whole number: "1.5"',
    ],
  ])('%s: is passed over, counted and logged once, while the watch goes on', async (_, broken, problem) => {
    const { executor, pods, clock, launch, settle, states, logger, metrics } = await startExecutor()
    const given = broken && Object.fromEntries(Object.entries(broken).filter(([, value]) => value !== undefined))
    pods.put({
      metadata: { ...poison, name: 'poison', ...(given && { annotations: given as Record<string, string> }) },
    })
    await settle()
    for (const phase of ['Running', 'Failed']) {
      pods.setStatus(pods.one('poison'), { phase })
      await settle()
    }
    await clock.advance(1_800_000)
    expect(executor.state.poisonPods).toMatchObject([{ pod: 'poison', namespace: 'default', problem }])
    expect(metrics.last('davit_executor.poison_pods')).toBe(1)
    expect(logger.lines.filter(({ fields }) => fields.error === problem)).toHaveLength(1)

    await launch('a')
    pods.finish(/-a-/)
    await settle()
    expect(states()).toEqual({ a: 'success' })
    expect(executor.state.watches).toMatchObject([{ state: 'watching', handlerErrors: 0 }])
    expect(pods.find('poison')).toBeDefined()
    pods.remove('poison')
    await settle()
    expect(executor.state.poisonPods).toEqual([])
    await executor.end()
  })
})

describe('gauges', () => {
  it('tell of a blind watch although nothing calls, at most once a second, and no more after the end', async () => {
    const { executor, clock, metrics } = await startExecutor()
    await clock.advance(60_000)
    const ages = metrics.of('davit_executor.watch_staleness_seconds', { namespace: 'default' })
    expect(ages.map(({ value }) => value)).toEqual([15, 30, 45, 60])
    const before = metrics.count('davit_executor.creates_limit')
    await clock.advance(1_000)
    for (let beat = 0; beat < 50; beat++) executor.heartbeat()
    expect(metrics.count('davit_executor.creates_limit')).toBe(before + 1)
    await executor.end()
    await clock.advance(60_000)
    expect(metrics.count('davit_executor.creates_limit')).toBe(before + 1)
  })
})
