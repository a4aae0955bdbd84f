import { describe, expect, it } from 'vitest'
import { KubernetesExecutor } from '../../src/kubernetes-executor.ts'
import { FakePods } from '../support/fake-pods.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

describe('slots and events', () => {
  it('I5: counts each task once, queued, launched or live', async () => {
    const { executor, pods, launch, settle } = await startExecutor({ parallelism: 4 })
    executor.queueWorkload({ key: keyOf('a'), args: [] })
    expect([executor.slotsOccupied, executor.slotsAvailable]).toEqual([1, 3])
    await launch('b')
    executor.queueWorkload({ key: keyOf('b'), args: [] })
    expect([executor.slotsOccupied, executor.slotsAvailable]).toEqual([2, 2])
    executor.heartbeat()
    await settle()
    expect(pods.all()).toHaveLength(2)
    expect([...executor.queuedTasks.keys()].map(({ taskId }) => taskId)).toEqual(['b'])
    pods.finish(/-a-/)
    await settle()
    expect(executor.slotsOccupied).toBe(1)
    await executor.end()
  })

  it('gives each event once, of all DAGs or of some', async () => {
    const { executor, launch } = await startExecutor()
    await launch('a')
    await launch(keyOf('b', { dagId: 'other' }))
    expect([...executor.getEventBuffer(['other']).keys()]).toEqual([keyOf('b', { dagId: 'other' })])
    expect(executor.getEventBuffer().get(keyOf('a'))).toMatchObject({ state: 'queued', info: '7' })
    expect(executor.getEventBuffer().size).toBe(0)
    await executor.end()
  })

  it('P10: loses no end of a task that is queued again before it was fetched, and wakes its owner once it was', async () => {
    const { executor, pods, launch, settle } = await startExecutor()
    const key = await launch('a')
    pods.start(/-a-/)
    pods.finish(/-a-/)
    await settle()
    let calls = 0
    executor.onActivity(() => calls++)
    executor.queueWorkload({ key, args: [] })
    executor.heartbeat()
    await settle()
    expect([executor.queuedTasks.size, calls]).toEqual([1, 0])
    expect(executor.getEventBuffer().get(key)).toMatchObject({ state: 'success' })
    await settle()
    expect(calls).toBe(1)
    executor.heartbeat()
    await settle()
    expect(executor.getEventBuffer().get(key)).toMatchObject({ state: 'queued' })
    await executor.end()
  })

  it('wakes its owner once for what happens together', async () => {
    const { executor, pods, launch, settle } = await startExecutor()
    let calls = 0
    const stop = executor.onActivity(() => calls++)
    for (const id of ['a', 'b']) await launch(id)
    expect(calls).toBe(0)
    pods.start(/-a-/)
    await settle()
    expect(calls).toBe(1)
    stop()
    pods.finish(/-a-/)
    await settle()
    expect(calls).toBe(1)
    await executor.end()
  })

  it('sends Airflow’s gauges at each heartbeat, and its counters', async () => {
    const { executor, launch, metrics } = await startExecutor({ parallelism: 3 })
    await launch('a')
    executor.heartbeat()
    const name = { executor_class_name: 'KubernetesExecutor', name: 'KubernetesExecutor' }
    expect(metrics.last('executor.open_slots', { status: 'open', ...name })).toBe(2)
    expect(metrics.last('executor.queued_tasks', { status: 'queued', ...name })).toBe(0)
    expect(metrics.last('executor.running_tasks', { status: 'running', ...name })).toBe(1)
    expect(metrics.last('kubernetes_executor.pod_creation')).toBe(0)
    expect(metrics.count('kubernetes_executor.pod_creation_status', { status: '200' })).toBe(1)
    await executor.end()
  })

  it('fail and success take the caller’s word, and the pod away', async () => {
    const { executor, pods, launch, events, settle } = await startExecutor()
    await launch('a')
    await launch('b')
    executor.fail(keyOf('a'), 'stuck')
    executor.changeState({ key: keyOf('b'), state: 'running', removeRunning: false })
    expect(events()).toEqual({ a: { state: 'failed', info: 'stuck' }, b: { state: 'running', info: null } })
    await settle()
    expect(pods.all()).toHaveLength(1)
    expect(executor.hasTask(keyOf('b'))).toBe(true)
    await executor.end()
  })
})

describe('lifecycle', () => {
  it('takes workloads before start(), and nothing else', async () => {
    const executor = new KubernetesExecutor({ jobId: 7, kube: { pods: new FakePods() } })
    executor.queueWorkload({ key: keyOf('a'), args: [] })
    expect(() => executor.heartbeat()).toThrow('the executor was not started: call start() first')
    await executor.end()
    await executor.end()
    await expect(executor.start()).rejects.toMatchObject({ code: 'EXECUTOR_STATE' })
  })

  it('says everything that is wrong with its configuration', () => {
    const build = () =>
      new KubernetesExecutor({
        jobId: '7',
        kube: { pods: new FakePods() },
        config: { namespace: 'No', parallelism: 0, adoption: 'lease' as 'label' },
      })
    expect(build).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', problems: expect.objectContaining({ length: 3 }) }),
    )
  })

  it('I11: running pods go on after end(), and workloads without a pod are forgotten', async () => {
    const { executor, pods, clock, launch, settle } = await startExecutor({ parallelism: 1 })
    await launch('a')
    executor.queueWorkload({ key: keyOf('b'), args: [] })
    pods.start(/-a-/)
    await settle()
    await executor.end()
    await clock.advance(1_000)
    expect(pods.all().map(({ status, metadata }) => [status?.phase, metadata?.deletionTimestamp])).toEqual([
      ['Running', undefined],
    ])
    expect([clock.pendingCount, pods.openWatches]).toEqual([0, 0])
  })

  it('I11: end() waits for a create and a commit that are under way', async () => {
    const { executor, pods, clock } = await startExecutor()
    const { promise, resolve } = Promise.withResolvers<void>()
    pods.fault({ verb: 'create', gate: promise })
    executor.queueWorkload({ key: keyOf('a'), args: [] })
    executor.heartbeat()
    await clock.advance(0)
    let hasEnded = false
    const ending = executor.end().then(() => {
      hasEnded = true
    })
    await clock.advance(5_000)
    expect(hasEnded).toBe(false)
    resolve()
    await ending
    expect(pods.all()).toHaveLength(1)
    expect(clock.pendingCount).toBe(0)
  })

  it('I11: end() gives up after 20 s', async () => {
    const { executor, pods, clock } = await startExecutor()
    pods.fault({ verb: 'create', gate: new Promise(() => {}) })
    executor.queueWorkload({ key: keyOf('a'), args: [] })
    executor.heartbeat()
    await clock.advance(0)
    const ending = executor.end()
    await clock.advance(20_000)
    await ending
    expect(clock.pendingCount).toBe(0)
  })
})
