import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { ExecutorOptions } from '../../src/config/executor-config.ts'
import type { Pod } from '../../src/kube/types.ts'
import { TaskInstanceKeyMap } from '../../src/tasks/task-instance-key-map.ts'
import { DurableStore } from '../support/durable-store.ts'
import { apiError, FakePods } from '../support/fake-pods.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

/** Pods of an executor that was killed in the middle. */
async function orphans(ids: readonly string[], store?: DurableStore) {
  const pods = new FakePods({ now: () => Date.parse('2026-01-01T00:00:00Z') })
  const first = await startExecutor({ pods, ...(store && { store }), jobId: '7' })
  for (const id of ids) await first.launch(id)
  await first.executor.terminate()
  pods.requests.length = 0
  return pods
}

/** Patches, or some of them, are carried out at once and answered when told. */
class LateAnswers extends FakePods {
  readonly #isLate: (patch: unknown) => boolean
  readonly #patched = Promise.withResolvers<void>()
  readonly #answered = Promise.withResolvers<void>()
  readonly patched = this.#patched.promise

  constructor(options: ConstructorParameters<typeof FakePods>[0], isLate: (patch: unknown) => boolean = () => true) {
    super(options)
    this.#isLate = isLate
  }

  answer(): void {
    this.#answered.resolve()
  }

  override async patch(...request: Parameters<FakePods['patch']>): Promise<Pod> {
    const pod = await super.patch(...request)
    if (!this.#isLate(request[2])) return pod
    this.#patched.resolve()
    await this.#answered.promise
    return pod
  }
}

const candidate = (id: string, queuedByJobId: string | null = '7') => ({
  key: keyOf(id),
  queuedByJobId,
  id: `ti-${id}`,
})

describe('tryAdoptTaskInstances', () => {
  it('takes over the pods of a dead executor with one list and one patch each, and tells their ends', async () => {
    const pods = await orphans(['extract', 'load'])
    const { executor, states, settle } = await startExecutor({ pods, jobId: '8' })
    const left = await executor.tryAdoptTaskInstances([
      candidate('extract'),
      candidate('load'),
      candidate('gone'),
      candidate('never', null),
    ])
    expect(left.map(({ id }) => id)).toEqual(['ti-gone', 'ti-never'])
    expect(pods.requests.filter(({ name }) => name.includes('airflow-worker=7'))).toHaveLength(1)
    expect(pods.count('patch')).toBe(2)
    expect(pods.all().map(({ metadata }) => metadata?.labels?.['airflow-worker'])).toEqual(['8', '8'])
    expect(executor.running.has(keyOf('extract'))).toBe(true)
    pods.finish(/extract/)
    pods.finish(/load/, 2)
    await settle()
    expect(states()).toEqual({ extract: 'success', load: 'failed' })
    await executor.end()
  })

  it('may be called again with the same task instances', async () => {
    const pods = await orphans(['extract'])
    const { executor } = await startExecutor({ pods, jobId: '8' })
    expect(await executor.tryAdoptTaskInstances([candidate('extract')])).toEqual([])
    expect(await executor.tryAdoptTaskInstances([candidate('extract')])).toEqual([])
    expect([pods.count('patch'), executor.slotsOccupied]).toEqual([1, 1])
    await executor.end()
  })

  it('takes over pods that ended meanwhile, with their outcome', async () => {
    const pods = await orphans(['extract', 'load'])
    pods.finish(/extract/)
    pods.finish(/load/, 5)
    const { executor, events, settle } = await startExecutor({ pods, jobId: '8' })
    expect(await executor.tryAdoptTaskInstances([candidate('extract'), candidate('load')])).toEqual([])
    await settle()
    expect(events()).toMatchObject({
      extract: { state: 'success' },
      load: { state: 'failed', outcome: { exitCode: 5 } },
    })
    await executor.end()
  })

  it.each([
    ['ended', () => {}],
    ['ended and was deleted', (pods: FakePods) => pods.remove(/extract/)],
  ])('tells the end of a pod that %s before the patch was answered', async (_, then) => {
    const pods = new LateAnswers({ now: () => Date.parse('2026-01-01T00:00:00Z') })
    const first = await startExecutor({ pods, jobId: '7' })
    await first.launch('extract')
    await first.executor.terminate()
    const { executor, states, settle } = await startExecutor({ pods, jobId: '8' })
    const adopting = executor.tryAdoptTaskInstances([candidate('extract')])
    await pods.patched
    pods.finish(/extract/)
    then(pods)
    await settle()
    pods.answer()
    expect(await adopting).toEqual([])
    await settle()
    expect(states()).toEqual({ extract: 'success' })
    await executor.end()
  })

  it('I5: does not follow a pod whose end was recorded meanwhile, and which it disposes of: no watch of its own has that', async () => {
    const isDoneLabel = (patch: unknown) => JSON.stringify(patch).includes('airflow_executor_done')
    const pods = new LateAnswers({ now: () => Date.parse('2026-01-01T00:00:00Z') }, isDoneLabel)
    const store = new DurableStore()
    const clock = new FakeClock()
    const config = { adoption: 'label' } as const
    const first = await startExecutor({ pods, store, config, clock, jobId: '7' })
    await first.launch('extract')
    const [launch] = await store.currentLaunches()
    if (!launch) throw new Error('nothing was launched')
    await first.executor.terminate()
    pods.finish(/extract/, 2)
    const found = pods.one(/extract/)
    await store.commitOutcomes([{ launch, state: 'failed', info: null }])
    await clock.advance(400_000)
    const { executor, metrics, settle } = await startExecutor({ pods, store, config, clock, jobId: '8' })
    executor.heartbeat()
    await clock.advance(0)
    await pods.patched
    // True: nor is it for the caller to put back.
    expect(await executor.adoptLaunchedTask(found, new TaskInstanceKeyMap([[keyOf('extract'), null]]))).toBe(true)
    pods.answer()
    await settle()
    expect(executor.slotsOccupied).toBe(0)
    expect(metrics.of('davit_executor.adoptions').map(({ tags }) => tags)).toEqual([{ result: 'completed' }])
    await executor.end()
  })

  it('leaves a pod that cannot be patched to the next time', async () => {
    const pods = await orphans(['extract'])
    const { executor } = await startExecutor({ pods, jobId: '8' })
    pods.fault({ verb: 'patch', error: apiError(403, 'Forbidden', 'no') })
    const [left] = await executor.tryAdoptTaskInstances([candidate('extract')])
    expect(left?.id).toBe('ti-extract')
    expect(await executor.tryAdoptTaskInstances([candidate('extract')])).toEqual([])
    await executor.end()
  })

  it('I2: adopts the pod of the store’s current launch, and deletes those of earlier ones', async () => {
    const store = new DurableStore()
    const pods = await orphans(['extract'], store)
    const [launch] = await store.currentLaunches()
    const old = pods.one(/extract/)
    if (!launch) throw new Error('no launch')
    const failure = { class: 'infrastructure', evidence: 'a=b', message: 'lost' } as const
    const { uid: _, ...rest } = launch
    const next = { ...rest, id: '1-2-zzzzzzzz', number: 2, podName: 'sales-extract-zzzzzzzz' }
    await store.recordLaunch({ launch: next, supersedes: { launchId: launch.id, failure } })
    const labels = { ...old.metadata?.labels, 'davit-launch': next.id }
    const annotations = { ...old.metadata?.annotations, 'davit-launch': next.id }
    pods.put({ ...old, metadata: { name: next.podName, labels, annotations } })
    const { executor, settle } = await startExecutor({ pods, store, jobId: '8' })
    expect(await executor.tryAdoptTaskInstances([candidate('extract')])).toEqual([])
    await settle()
    expect(pods.all().map(({ metadata }) => metadata?.name)).toEqual([next.podName])
    await executor.end()
  })

  it('I8: passes over pods without a task’s annotations, and those of other deployments', async () => {
    const pods = await orphans(['extract', 'load'])
    for (const [name, metadata] of [
      [/extract/, { annotations: { try_number: 'one' } }],
      [/load/, { labels: { 'davit-deployment': 'theirs' } }],
    ] as const) {
      await pods.patch('default', pods.one(name).metadata?.name ?? '', { type: 'merge', patch: { metadata } })
    }
    pods.requests.length = 0
    const { executor } = await startExecutor({ pods, jobId: '8' })
    expect(await executor.tryAdoptTaskInstances([candidate('extract'), candidate('load')])).toHaveLength(2)
    expect(pods.count('patch')).toBe(0)
    await executor.end()
  })

  it('adoptLaunchedTask takes one pod, and the candidate out of the candidates', async () => {
    const pods = await orphans(['extract', 'load'])
    const { executor } = await startExecutor({ pods, jobId: '8' })
    const candidates = new TaskInstanceKeyMap([[keyOf('extract'), {}]])
    expect(await executor.adoptLaunchedTask(pods.one(/load/), candidates)).toBe(false)
    expect(await executor.adoptLaunchedTask(pods.one(/extract/), candidates)).toBe(true)
    expect([candidates.size, executor.hasTask(keyOf('extract'))]).toEqual([0, true])
    await executor.end()
  })
})

describe('a restart', () => {
  it('I1: repeats the create of the launch that the store holds, under the same name and number', async () => {
    const store = new DurableStore()
    const lost = new FakePods()
    lost.fault({ verb: 'create', error: apiError(503, 'ServiceUnavailable', 'x'), times: 9 })
    const first = await startExecutor({ pods: lost, store })
    await first.launch('extract', { launchNumber: 4 })
    await first.executor.terminate()
    const { executor, pods, launch } = await startExecutor({ store, jobId: '8' })
    await launch('extract')
    expect(pods.all()[0]?.metadata?.name).toBe(lost.requests.find(({ verb }) => verb === 'create')?.name)
    expect(store.requests.map(({ launch: { number } }) => number)).toEqual([4, 4])
    await executor.end()
  })

  it('resumes its watch at the version that the store holds', async () => {
    const store = new DurableStore()
    const pods = new FakePods()
    const first = await startExecutor({ pods, store })
    await first.launch('extract')
    await first.settle()
    await first.executor.end()
    const saved = (await store.resourceVersions.load()).get('default')
    expect(Number(saved)).toBeGreaterThan(100)
    pods.finish(/extract/)
    pods.requests.length = 0
    const { executor, settle } = await startExecutor({ pods, store })
    await settle()
    expect(pods.requests.find(({ verb }) => verb === 'watch')?.options).toMatchObject({ resourceVersion: saved })
    await executor.end()
  })
})

describe('pods that nobody answers for', () => {
  it('adoptCompletedPods disposes of ended ones after a while, and leaves those of living executors', async () => {
    const pods = await orphans(['extract', 'load'])
    pods.finish(/extract/)
    const { executor, clock, settle } = await startExecutor({ pods, jobId: '8' })
    await executor.adoptCompletedPods()
    await settle()
    expect(pods.all()).toHaveLength(2)
    await clock.advance(400_000)
    await executor.adoptCompletedPods()
    await settle()
    expect(pods.all().map(({ status }) => status?.phase)).toEqual(['Pending'])
    await executor.end()
    pods.finish(/load/)
    const careful = await startExecutor({ pods, clock, jobId: '9', aliveJobIds: async () => ['7'] })
    await careful.executor.adoptCompletedPods()
    await careful.settle()
    expect(pods.all()).toHaveLength(1)
    await careful.executor.end()
  })

  describe('L12: clearNotLaunchedQueuedTasks', () => {
    async function clear(queued: Record<string, string | null>, options: { config?: ExecutorOptions } = {}) {
      const store = new DurableStore()
      const pods = await orphans(['has-pod'], store)
      const requeued: string[] = []
      store.queuedTaskInstances = async () =>
        Object.entries(queued).map(([id, queuedByJobId]) => ({ key: keyOf(id), queuedByJobId: queuedByJobId as null }))
      store.requeue = async (keys = []) => {
        for (const { taskId } of keys) requeued.push(taskId)
      }
      const { executor, launch } = await startExecutor({ pods, store, jobId: '7', ...options })
      await launch('runs-here')
      executor.queueWorkload({ key: keyOf('queued-here'), args: [] })
      pods.requests.length = 0
      await executor.clearNotLaunchedQueuedTasks()
      await executor.end()
      const lists = pods.requests.filter(({ verb }) => verb === 'list')
      return { requeued, lists: lists.map(({ options }) => (options as { namespace?: unknown }).namespace) }
    }

    it('requeues what this job or nobody has queued, and has neither pod nor place here, with one list', async () => {
      const queued = { 'has-pod': '7', 'queued-here': '7', 'runs-here': '7', lost: '7', unowned: null }
      const { requeued, lists } = await clear(queued)
      expect([requeued, lists.length]).toEqual([['lost', 'unowned'], 1])
    })

    it('leaves what another job has queued to that one, or to adoption', async () => {
      expect(await clear({ theirs: '8', 'has-pod': '8' })).toEqual({ requeued: [], lists: [] })
    })

    it('looks into every namespace that pods may be in', async () => {
      const config = { multiNamespaceMode: true, multiNamespaceModeNamespaceList: ['default', 'other'] }
      expect((await clear({ lost: '7' }, { config })).lists).toHaveLength(2)
    })
  })

  it('clearNotLaunchedQueuedTasks leaves the tasks of other queues to the other half of a hybrid executor', async () => {
    const store = new DurableStore()
    const requeued: string[] = []
    store.queuedTaskInstances = async () =>
      [{ id: 'ours', queue: 'kubernetes' }, { id: 'celery', queue: 'default' }, { id: 'unknown' }].map(
        ({ id, ...queue }) => ({ key: keyOf(id), queuedByJobId: '7' as never, ...queue }),
      )
    store.requeue = async (keys = []) => {
      for (const { taskId } of keys) requeued.push(taskId)
    }
    const { executor } = await startExecutor({ store, config: { kubernetesQueue: 'kubernetes' } })
    await executor.clearNotLaunchedQueuedTasks()
    expect(requeued).toEqual(['ours', 'unknown'])
    await executor.end()
  })
})

describe('revokeTask', () => {
  it('forgets a task and takes its pod away, labelled as revoked, without an event', async () => {
    const { executor, pods, launch, states, settle } = await startExecutor()
    const key = await launch('extract')
    pods.start(/extract/)
    await settle()
    await executor.revokeTask({ key, queuedByJobId: '7' })
    await settle()
    expect([executor.hasTask(key), pods.all(), states()]).toEqual([false, [], {}])
    const patch = pods.requests.find(({ verb }) => verb === 'patch')
    expect(patch?.options).toMatchObject({ metadata: { labels: { airflow_pod_revoked: 'True' } } })
    await executor.end()
  })

  it('a create that is answered after the revocation leaves no pod', async () => {
    const { executor, pods, settle } = await startExecutor()
    const { promise, resolve } = Promise.withResolvers<void>()
    pods.fault({ verb: 'create', gate: promise })
    executor.queueWorkload({ key: keyOf('extract'), args: [] })
    executor.heartbeat()
    await new Promise((done) => setImmediate(done))
    await executor.revokeTask({ key: keyOf('extract'), queuedByJobId: '7' })
    resolve()
    await settle()
    expect([pods.count('create'), pods.all()]).toEqual([1, []])
    await executor.end()
  })

  it('a create whose answer is lost for ever leaves no pod either', async () => {
    const { executor, pods, clock, settle } = await startExecutor()
    pods.fault({ verb: 'watch', error: apiError(500, 'InternalError', 'x'), times: 2 })
    pods.fault({ verb: 'create', loseAnswer: true })
    executor.queueWorkload({ key: keyOf('extract'), args: [] })
    executor.heartbeat()
    for (let turn = 0; turn < 20 && pods.all().length === 0; turn++) await Promise.resolve()
    executor.fail(keyOf('extract'))
    await clock.advance(60_000)
    await settle()
    expect([pods.count('create'), pods.all()]).toEqual([1, []])
    await executor.end()
  })

  it('takes every pod of a task that is not in our book', async () => {
    const pods = await orphans(['extract', 'load'])
    const { executor, settle } = await startExecutor({ pods, jobId: '8' })
    await executor.revokeTask({ key: keyOf('extract'), queuedByJobId: '7' })
    await settle()
    expect(pods.all().map(({ metadata }) => metadata?.annotations?.task_id)).toEqual(['load'])
    await executor.end()
  })
})
