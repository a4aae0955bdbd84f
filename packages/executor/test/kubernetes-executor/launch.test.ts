import { describe, expect, it } from 'vitest'
import { launchId, podName } from '../../src/pods/launch-name.ts'
import { DurableStore } from '../support/durable-store.ts'
import { apiError, connectionError, FakePods } from '../support/fake-pods.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

describe('KubernetesExecutor', () => {
  it('takes a task from its queue to its outcome, and deletes its pod once the event was fetched', async () => {
    const { executor, pods, launch, events, settle } = await startExecutor()
    const key = await launch('extract', { args: ['sh', '-c', 'true'] })
    const pod = pods.one(/^sales-extract-/)
    expect(pod.spec?.containers[0]).toMatchObject({ name: 'base', args: ['sh', '-c', 'true'] })
    expect(pod.spec?.restartPolicy).toBe('Never')
    expect(events()).toMatchObject({ extract: { state: 'queued', info: '7' } })
    expect(executor.hasTask(key)).toBe(true)

    pods.start(/extract/)
    await settle()
    expect(events()).toMatchObject({ extract: { state: 'running' } })

    pods.finish(/extract/)
    await settle()
    expect(executor.hasTask(key)).toBe(false)
    expect(pods.all()).toHaveLength(1)
    expect(events()).toMatchObject({ extract: { state: 'success', info: null, outcome: { exitCode: 0 } } })
    await settle()
    expect(pods.all()).toEqual([])
    await executor.end()
  })

  it('I1: a lost create answer is repeated with the same name, and the pod is taken', async () => {
    const { executor, pods, clock, launch, settle, states } = await startExecutor()
    pods.fault({ verb: 'create', loseAnswer: true })
    await launch('extract')
    // The watch shows the pod before the create has to be repeated.
    await settle()
    expect(pods.all()).toHaveLength(1)
    pods.start(/extract/)
    pods.finish(/extract/)
    await settle()
    expect(states()).toEqual({ extract: 'success' })
    await clock.advance(60_000)
    expect(pods.requests.filter(({ verb }) => verb === 'create')).toHaveLength(1)
    await executor.end()
  })

  it('I1: repeats the very same create when the watch shows nothing', async () => {
    const { executor, pods, clock, launch, settle, states } = await startExecutor()
    pods.fault({ verb: 'create', error: connectionError('reset'), times: 2 })
    await launch('extract')
    await clock.advance(1_000)
    const creates = pods.requests.filter(({ verb }) => verb === 'create')
    expect(creates).toHaveLength(3)
    expect(new Set(creates.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(pods.all()).toHaveLength(1)
    pods.finish(/extract/)
    await settle()
    expect(states()).toEqual({ extract: 'success' })
    await executor.end()
  })

  it('I11: leaves no timer, watch or promise after end()', async () => {
    const { executor, pods, clock, launch, settle } = await startExecutor()
    pods.fault({
      verb: 'create',
      error: apiError(403, 'Forbidden', 'error looking up service account default/x: not found'),
    })
    await launch('waits')
    await launch('runs')
    pods.start(/runs/)
    await settle()
    await executor.end()
    await clock.advance(0)
    expect(clock.pendingCount).toBe(0)
    expect(pods.openWatches).toBe(0)
    expect(pods.one(/runs/).metadata?.deletionTimestamp).toBeUndefined()
  })
})

describe('launching', () => {
  it.each([false, true])('logs the annotations of a created pod only with logsTaskMetadata: %s', async (isOn) => {
    const { executor, launch, logger } = await startExecutor({ config: { logsTaskMetadata: isOn } })
    await launch('a')
    const line = logger.lines.find(({ message }) => message === 'pod created')
    expect(line?.fields.annotations).toEqual(isOn ? expect.objectContaining({ task_id: 'a' }) : undefined)
    await executor.end()
  })

  it('launches by priority, then age, and only as many as there are slots', async () => {
    const { executor, pods, settle } = await startExecutor({ parallelism: 2, config: { podCreationMaxConcurrency: 1 } })
    for (const [taskId, priority] of [
      ['low', 1],
      ['first', 5],
      ['second', 5],
    ] as const) {
      executor.queueWorkload({ key: keyOf(taskId), args: [], priority })
    }
    executor.heartbeat()
    await settle()
    expect(
      pods.requests.filter(({ verb }) => verb === 'create').map(({ name }) => name.replace(/-[^-]*$/, '')),
    ).toEqual(['sales-first', 'sales-second'])
    expect([executor.slotsOccupied, executor.slotsAvailable]).toEqual([3, -1])
    expect(executor.waitingReason(keyOf('low'))).toBe('in the queue: 2 of 2 slots taken')
    await executor.end()
  })

  it('I1: records the launch before its create is sent, and gives the store’s values to the main container', async () => {
    const store = new DurableStore()
    store.env = { DAVIT_LAUNCH_TOKEN: 'secret' }
    const { executor, pods, launch } = await startExecutor({ store })
    pods.fault({ verb: 'create', error: apiError(422, 'Invalid', 'no') })
    await launch('extract', {
      executorConfig: { podOverride: { spec: { containers: [{ env: [{ name: 'A', value: 'b' }] }] } } },
    })
    expect(store.requests[0]?.launch).toMatchObject({ number: 1, namespace: 'default' })
    expect(pods.requests.find(({ verb }) => verb === 'create')?.body?.spec?.containers[0]?.env).toEqual([
      { name: 'AIRFLOW_IS_K8S_EXECUTOR_POD', value: 'True' },
      { name: 'A', value: 'b' },
      { name: 'DAVIT_LAUNCH_TOKEN', value: 'secret' },
    ])
    await executor.end()
  })

  it('creates nothing for a task that the store does not want any more', async () => {
    const store = new DurableStore()
    store.refusal = 'the task instance is removed'
    const { executor, pods, launch, states } = await startExecutor({ store })
    const key = await launch('extract')
    expect(pods.count('create')).toBe(0)
    expect(executor.hasTask(key)).toBe(false)
    expect(states()).toEqual({})
    await executor.end()
  })

  it('waits for a store that does not answer', async () => {
    const store = new DurableStore()
    const { executor, pods, clock, launch } = await startExecutor({ store })
    store.failures = 2
    const key = await launch('extract')
    expect(executor.waitingReason(key)).toBe(
      'refused (store): the launch cannot be recorded: database is locked; next try in 1 s',
    )
    await clock.advance(1_000)
    expect(pods.count('create')).toBe(1)
    await executor.end()
  })

  it('I1: leaves a foreign pod of the same name alone, and fails the launch with both ids', async () => {
    const { executor, pods, launch, events, settle } = await startExecutor()
    const name = podName({ deployment: 'default', key: keyOf('extract'), number: 1 })
    pods.put({ metadata: { name, labels: { 'davit-launch': '9-9-zzzzzzzz' } } })
    await launch('extract')
    await settle()
    const { extract } = events()
    expect(extract).toMatchObject({
      state: 'failed',
      failure: { class: 'config', evidence: 'metadata.labels[davit-launch]=9-9-zzzzzzzz' },
    })
    expect(extract?.failure?.message).toContain(`1-1-${name.slice(-8)}`)
    await settle()
    expect(pods.all().map(({ metadata }) => metadata?.name)).toEqual([name])
    await executor.end()
  })

  it('I1: waits for the earlier pod of its launch that is still going, then creates its own', async () => {
    const { executor, pods, clock, launch } = await startExecutor()
    const options = { deployment: 'default', key: keyOf('extract'), number: 1 }
    const name = podName(options)
    const labels = { 'davit-launch': launchId(options), 'davit-deployment': 'default', 'airflow-worker': '7' }
    const annotations = { 'davit-launch': launchId(options) }
    pods.put({ metadata: { name, labels, annotations, deletionTimestamp: '2026-01-01T00:00:00Z' } })
    const key = await launch('extract')
    expect(executor.waitingReason(key)).toContain('is still being deleted')
    pods.finishDeletion(name)
    await clock.advance(5_000)
    expect(pods.one(name).metadata?.deletionTimestamp).toBeUndefined()
    await executor.end()
  })

  it('I1: takes the outcome of a pod of its launch that has ended', async () => {
    const { executor, pods, launch, events, settle } = await startExecutor()
    const options = { deployment: 'default', key: keyOf('extract'), number: 1 }
    const labels = { 'davit-launch': launchId(options), 'davit-deployment': 'default', 'airflow-worker': '6' }
    pods.put({ metadata: { name: podName(options), labels, annotations: { 'davit-launch': launchId(options) } } })
    pods.finish(podName(options), 3)
    await launch('extract')
    await settle()
    expect(events()).toMatchObject({ extract: { state: 'failed', outcome: { exitCode: 3 } } })
    await executor.end()
  })

  it('launches the same try again under the same name once its earlier pod is gone', async () => {
    const { executor, pods, clock, launch, states, settle } = await startExecutor()
    await launch('extract')
    pods.finish(/extract/)
    await settle()
    expect(states()).toEqual({ extract: 'success' })
    const { name, uid } = pods.one(/extract/).metadata ?? {}
    await launch('extract')
    await clock.advance(1_000)
    expect(pods.one(/extract/).metadata?.name).toBe(name)
    expect(pods.one(/extract/).metadata?.uid).not.toBe(uid)
    expect(states()).toEqual({ extract: 'queued' })
    await executor.end()
  })

  it('launches the same try again with the next number while its failed pod is kept', async () => {
    const { executor, pods, clock, launch, states, settle } = await startExecutor()
    await launch('extract')
    pods.finish(/extract/, 1)
    await settle()
    expect(states()).toEqual({ extract: 'failed' })
    await settle()
    await launch('extract')
    await clock.advance(1_000)
    expect(pods.all().map(({ metadata }) => metadata?.labels?.['davit-launch']?.slice(0, 4))).toEqual(['1-1-', '1-2-'])
    await executor.end()
  })

  it('I9: puts a launch back for a used-up quota without holding up other namespaces, and says why it waits', async () => {
    const { executor, pods, clock, launch, states } = await startExecutor({
      config: { multiNamespaceMode: true, multiNamespaceModeNamespaceList: ['default', 'other'] },
    })
    const text = 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'
    pods.fault({ verb: 'create', name: /full/, error: apiError(403, 'Forbidden', text), times: 3 })
    const full = await launch('full', { priority: 9 })
    await launch('other', { executorConfig: { podOverride: { metadata: { namespace: 'other' } } } })
    expect(pods.all().map(({ metadata }) => metadata?.namespace)).toEqual(['other'])
    expect(executor.waitingReason(full)).toBe(`refused (quota): ${text}; next try in 1 s`)
    await clock.advance(10_000)
    expect(pods.all()).toHaveLength(2)
    expect(states()).toEqual({ full: 'queued', other: 'queued' })
    await executor.end()
  })

  it('I10: says that pods cannot be seen, and why, while their watch is refused', async () => {
    const pods = new FakePods()
    const text = 'pods is forbidden: User "u" cannot watch resource "pods" in API group "" in the namespace "default"'
    pods.fault({ verb: 'watch', error: apiError(403, 'Forbidden', text), times: 99 })
    const { executor, clock, launch } = await startExecutor({ pods })
    const key = await launch('extract')
    expect(executor.waitingReason(key)).toMatch(/^its pod cannot be seen: .*cannot watch resource "pods"/)
    pods.clearFaults()
    await clock.advance(15_000)
    expect(executor.waitingReason(key)).toBe('unscheduled')
    await executor.end()
  })

  it('I9: fails as the cause’s class at the ceiling', async () => {
    const { executor, pods, clock, launch, events } = await startExecutor({ config: { maxRefusalSeconds: 60 } })
    const text = 'pods is forbidden: User "u" cannot create resource "pods" in API group "" in the namespace "default"'
    pods.fault({ verb: 'create', error: apiError(403, 'Forbidden', text), times: 99 })
    await launch('extract')
    await clock.advance(59_000)
    expect(events()).toMatchObject({ extract: { state: 'queued' } })
    await clock.advance(2_000)
    expect(events()).toMatchObject({
      extract: { state: 'failed', failure: { class: 'config', message: expect.stringContaining('cannot create') } },
    })
    await executor.end()
  })

  it('holds all creates back for as long as a 429 asks', async () => {
    const { executor, pods, clock, launch } = await startExecutor()
    pods.fault({ verb: 'create', error: apiError(429, 'TooManyRequests', 'busy', { retryAfterMs: 30_000 }) })
    await launch('first')
    await launch('second')
    await clock.advance(29_000)
    expect(pods.count('create')).toBe(1)
    await clock.advance(2_000)
    expect(pods.all()).toHaveLength(2)
    await executor.end()
  })

  it('creates no more a loop than workerPodsCreationBatchSize', async () => {
    const { executor, pods, settle } = await startExecutor({ config: { workerPodsCreationBatchSize: 2 } })
    for (const id of ['a', 'b', 'c', 'd', 'e']) executor.queueWorkload({ key: keyOf(id), args: [] })
    const counts = []
    for (let loop = 0; loop < 3; loop++) {
      executor.heartbeat()
      await settle()
      counts.push(pods.count('create'))
    }
    expect(counts).toEqual([2, 4, 5])
    await executor.end()
  })

  it('I4: a heartbeat awaits no Kubernetes call', async () => {
    const { executor, pods, settle } = await startExecutor()
    pods.fault({ verb: 'create', gate: new Promise(() => {}) })
    executor.queueWorkload({ key: keyOf('extract'), args: [] })
    expect(executor.heartbeat()).toBeUndefined()
    executor.queueWorkload({ key: keyOf('load'), args: [] })
    executor.heartbeat()
    await Promise.race([settle(), new Promise((resolve) => setTimeout(resolve, 200))])
    expect(pods.all()).toHaveLength(1)
    await executor.terminate()
  })
})

describe('I8: a bad input hurts only its own task', () => {
  it.each([
    ['an override with an unknown field', { podOverride: { spec: { nodeSelectors: {} } } }, 'nodeSelectors'],
    ['a template that is not there', { podTemplateFile: '/nowhere/pod.yaml' }, '/nowhere/pod.yaml'],
    ['a namespace that is not watched', { podOverride: { metadata: { namespace: 'elsewhere' } } }, 'elsewhere'],
  ])('%s', async (_title, executorConfig, named) => {
    const { executor, pods, launch, events, settle } = await startExecutor()
    executor.queueWorkload({ key: keyOf('bad'), args: [], executorConfig })
    await launch('good')
    await settle()
    const { bad, good } = events()
    expect(bad).toMatchObject({ state: 'failed', failure: { class: 'config' } })
    expect(bad?.failure?.message).toContain(named)
    expect(good).toMatchObject({ state: 'queued' })
    expect(pods.all()).toHaveLength(1)
    await executor.end()
  })

  it('an executorConfig that is none fails at once, in Airflow’s words', async () => {
    const { executor, pods, launch, events } = await startExecutor()
    await launch('bad', { executorConfig: { podOverride: 'pod' as unknown as object } })
    expect(events()).toMatchObject({
      bad: { state: 'failed', info: 'Invalid executor_config passed', failure: { class: 'config' } },
    })
    expect([pods.count('create'), executor.slotsOccupied]).toEqual([0, 0])
    await executor.end()
  })

  it('a mutation hook that throws or never ends fails its task, and cannot change an identity', async () => {
    const { executor, pods, clock, events, settle } = await startExecutor({
      podMutationHook: (pod) => {
        const { task_id: task } = pod.metadata?.labels ?? {}
        if (task === 'throws') throw new Error('no pods today')
        if (task === 'hangs') return new Promise(() => {})
        if (pod.metadata) Object.assign(pod.metadata, { name: 'mine', labels: { 'airflow-worker': '99', team: 'a' } })
        return undefined
      },
    })
    for (const id of ['throws', 'hangs']) executor.queueWorkload({ key: keyOf(id), args: [] })
    executor.queueWorkload({ key: keyOf('good'), args: [] })
    executor.heartbeat()
    await clock.advance(30_000)
    await settle()
    expect(events()).toMatchObject({
      throws: { state: 'failed', failure: { class: 'config', message: 'the pod mutation hook failed: no pods today' } },
      hangs: { state: 'failed', failure: { class: 'config' } },
      good: { state: 'queued' },
    })
    expect(pods.all()).toHaveLength(1)
    expect(pods.all()[0]?.metadata).toMatchObject({
      name: expect.stringMatching(/^sales-good-/),
      labels: { 'airflow-worker': '7', team: 'a' },
    })
    await executor.end()
  })
})
