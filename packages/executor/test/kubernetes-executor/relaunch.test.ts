import { describe, expect, it } from 'vitest'
import { DurableStore } from '../support/durable-store.ts'
import { FakePods } from '../support/fake-pods.ts'
import { startExecutor } from '../support/start-executor.ts'

const evicted = {
  pod: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
} as const
const numbers = (pods: FakePods) =>
  pods.requests
    .filter(({ verb }) => verb === 'create')
    .map(({ body }) => body?.metadata?.labels?.['davit-launch']?.split('-')[1])

describe('I3: infrastructure failures', () => {
  it('lead to a new launch of the same try, recorded in the place of the old one, whose pod is then kept as failed', async () => {
    const store = new DurableStore()
    const { executor, pods, clock, launch, states, settle } = await startExecutor({ store })
    const key = await launch('extract')
    pods.start(/extract/)
    await settle()
    pods.finish(/extract/, 137, evicted)
    await settle()
    expect(executor.waitingReason(key)).toContain('to be launched again (launch 2): the pod was evicted from its node')
    await clock.advance(1_000)
    await settle()
    expect(numbers(pods)).toEqual(['1', '2'])
    expect(store.requests[1]).toMatchObject({
      launch: { number: 2 },
      supersedes: { launchId: store.requests[0]?.launch.id, failure: { class: 'disruption' } },
    })
    const [first, second] = pods.all()
    expect(first?.metadata?.labels?.airflow_executor_done).toBe('True')
    expect(states()).toEqual({ extract: 'running' })
    pods.finish(second?.metadata?.name ?? '')
    await settle()
    expect(states()).toEqual({ extract: 'success' })
    await executor.end()
  })

  it('have a budget of their own, after which the try fails', async () => {
    const { executor, pods, clock, launch, events, settle } = await startExecutor()
    await launch('extract', { infrastructureRetries: 1 })
    pods.finish(/extract/, 137, evicted)
    await clock.advance(1_000)
    await settle()
    pods.finish(pods.all().at(-1)?.metadata?.name ?? '', 137, evicted)
    await clock.advance(60_000)
    expect(numbers(pods)).toEqual(['1', '2'])
    expect(events()).toMatchObject({
      extract: {
        state: 'failed',
        info: 'Pod failed because of Evicted',
        failure: { class: 'disruption', evidence: 'status.reason=Evicted' },
        launch: { number: 2 },
      },
    })
    await executor.end()
  })

  it('are the default three', async () => {
    const { executor, pods, clock, launch, states } = await startExecutor()
    await launch('extract')
    for (let lost = 0; lost < 4; lost++) {
      pods.finish(pods.all().at(-1)?.metadata?.name ?? '', 137, evicted)
      await clock.advance(30_000)
    }
    expect(numbers(pods)).toEqual(['1', '2', '3', '4'])
    expect(states()).toEqual({ extract: 'failed' })
    await executor.end()
  })

  it('do not include the task’s own', async () => {
    const { executor, pods, clock, launch, events, settle } = await startExecutor()
    for (const id of ['exits', 'oom']) await launch(id)
    pods.finish(/exits/, 1)
    pods.finish(/oom/, 137, { reason: 'OOMKilled' })
    await settle()
    await clock.advance(60_000)
    expect(events()).toMatchObject({ exits: { failure: { class: 'user' } }, oom: { failure: { class: 'oom' } } })
    expect(pods.count('create')).toBe(2)
    await executor.end()
  })
})

describe('a pod that is pending for too long', () => {
  it('for a node: fails as capacity, and is deleted', async () => {
    const { executor, pods, clock, launch, events, settle } = await startExecutor()
    const key = await launch('extract')
    pods.setStatus(pods.one(/extract/), {
      phase: 'Pending',
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' },
      ],
    })
    await settle()
    expect(executor.waitingReason(key)).toBe('unscheduled: 0/3 nodes are available')
    await clock.advance(899_000)
    expect(events()).toMatchObject({ extract: { state: 'queued' } })
    await clock.advance(1_000)
    expect(events()).toMatchObject({
      extract: {
        state: 'failed',
        failure: { class: 'capacity', evidence: 'status.conditions[0].reason=Unschedulable' },
      },
    })
    await settle()
    expect(pods.all()).toEqual([])
    await executor.end()
  })

  it('for its sandbox: is deleted, seen gone, and launched again', async () => {
    const pods = new FakePods({ slowDeletion: true })
    const { executor, clock, launch, settle } = await startExecutor({ pods })
    const key = await launch('extract')
    const pod = pods.one(/extract/)
    const base = { name: 'base', image: 'busybox', imageID: '', ready: false, restartCount: 0 }
    pods.schedule(/extract/)
    pods.setStatus(pod, {
      phase: 'Pending',
      containerStatuses: [{ ...base, state: { waiting: { reason: 'ContainerCreating' } } }],
    })
    await settle()
    expect(executor.waitingReason(key)).toBe('creating: container base: ContainerCreating')
    await clock.advance(300_000)
    await settle()
    expect(pods.one(/extract/).metadata?.deletionTimestamp).toBeDefined()
    await clock.advance(60_000)
    expect(pods.count('create')).toBe(1)
    pods.finishDeletion(/extract/)
    await clock.advance(5_000)
    expect(numbers(pods)).toEqual(['1', '2'])
    expect(executor.slotsOccupied).toBe(1)
    await executor.end()
  })

  it('I6: is deleted only after its launch is revoked in the store, and the next number comes only after both', async () => {
    for (const goesBefore of [false, true]) {
      const store = new DurableStore()
      const pods = new FakePods({ slowDeletion: true })
      const { executor, clock, launch, settle } = await startExecutor({ pods, store })
      const key = await launch('extract')
      pods.schedule(/extract/)
      await settle()
      const { promise: gate, resolve: open } = Promise.withResolvers<void>()
      store.revokeGate = gate
      await clock.advance(300_000)
      expect(store.revoked.map(({ number }) => number)).toEqual([1])
      expect([pods.count('delete'), executor.slotsOccupied]).toEqual([0, 1])
      expect(executor.waitingReason(key)).toContain('then it is launched again')
      if (goesBefore) pods.remove(/extract/)
      await clock.advance(60_000)
      expect(numbers(pods)).toEqual(['1'])
      open()
      await clock.advance(1_000)
      if (!goesBefore) pods.finishDeletion(/extract/)
      await clock.advance(2_000)
      expect([numbers(pods), pods.count('delete')]).toEqual([['1', '2'], 1])
      expect(store.requests.at(-1)).toMatchObject({
        launch: { number: 2 },
        supersedes: { launchId: store.requests[0]?.launch.id, failure: { class: 'infrastructure' } },
      })
      await executor.end()
    }
  })

  it('I6: is kept for as long as the store does not answer', async () => {
    const store = new DurableStore()
    const { executor, pods, clock, launch, states, settle } = await startExecutor({ store })
    await launch('extract')
    pods.schedule(/extract/)
    await settle()
    store.failures = Number.POSITIVE_INFINITY
    await clock.advance(300_000)
    expect(store.revoked).toEqual([])
    expect(pods.count('delete')).toBe(0)
    store.failures = 0
    await clock.advance(60_000)
    expect(numbers(pods)).toEqual(['1', '2'])
    expect(states()).toEqual({ extract: 'queued' })
    await executor.end()
  })

  it('I1: is left alone, and its task let go, when another executor answers for the launch by now', async () => {
    const store = new DurableStore()
    const { executor, pods, clock, launch, states, settle } = await startExecutor({ store })
    const key = await launch('extract')
    pods.schedule(/extract/)
    await settle()
    store.takenOver = true
    await clock.advance(400_000)
    expect([executor.hasTask(key), pods.count('delete'), pods.all().length]).toEqual([false, 0, 1])
    expect(states()).toEqual({})
    await executor.end()
  })

  it('with a fatal reason: fails at once, or after its grace', async () => {
    const waiting = (reason: string) => ({
      name: 'base',
      image: 'nope',
      imageID: '',
      ready: false,
      restartCount: 0,
      state: { waiting: { reason } },
    })
    const strict = await startExecutor()
    await strict.launch('extract')
    strict.pods.setStatus(strict.pods.one(/extract/), { containerStatuses: [waiting('ErrImagePull')] })
    await strict.settle()
    expect(strict.events()).toMatchObject({ extract: { state: 'failed', failure: { class: 'config' } } })
    await strict.executor.end()

    const { executor, pods, clock, launch, events, settle } = await startExecutor({
      config: { fatalReasonGraceSeconds: { ErrImagePull: 60 } },
    })
    const key = await launch('extract')
    pods.schedule(/extract/)
    for (const reason of ['ErrImagePull', 'ImagePullBackOff', 'ErrImagePull']) {
      pods.setStatus(pods.one(/extract/), { phase: 'Pending', containerStatuses: [waiting(reason)] })
      await settle()
      expect(executor.waitingReason(key)).toContain('pulling image: nope')
      await clock.advance(15_000)
    }
    expect(events()).toMatchObject({ extract: { state: 'queued' } })
    await clock.advance(20_000)
    expect(events()).toMatchObject({ extract: { state: 'failed', failure: { class: 'config' } } })
    await executor.end()
  })

  it('checkWorkerPodsPendingTimeout fails those older than workerPodsPendingTimeout', async () => {
    const { executor, pods, clock, launch, events, settle } = await startExecutor()
    await launch('extract')
    await settle()
    await clock.advance(290_000)
    executor.checkWorkerPodsPendingTimeout()
    await settle()
    expect(events()).toMatchObject({ extract: { state: 'queued' } })
    await clock.advance(20_000)
    executor.checkWorkerPodsPendingTimeout()
    await settle()
    expect(events()).toMatchObject({ extract: { state: 'failed', failure: { class: 'capacity' } } })
    await settle()
    expect(pods.all()).toEqual([])
    await executor.end()
  })

  it('deleted by someone before it started: is launched again', async () => {
    const { executor, pods, clock, launch, settle } = await startExecutor()
    await launch('extract')
    await settle()
    await pods.delete('default', pods.one(/extract/).metadata?.name ?? '')
    await clock.advance(2_000)
    expect(numbers(pods)).toEqual(['1', '2'])
    await executor.end()
  })
})
