import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { sleep } from '../../../../test/support/sleep.ts'
import { DurableStore } from '../support/durable-store.ts'
import { apiError, connectionError, FakePods } from '../support/fake-pods.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

/** A clock whose date can be changed, while its timers go on evenly. */
class DatedClock extends FakeClock {
  dateOffMs = 0

  override now(): number {
    return super.now() + this.dateOffMs
  }

  steadyNow(): number {
    return super.now()
  }
}

/** Each create takes so long; counts how many there were at a time, at most. */
function slowCreates(pods: FakePods, clock: FakeClock, delayMs: number): { readonly most: number } {
  const create = pods.create.bind(pods)
  const creates = { inFlight: 0, most: 0 }
  pods.create = async (...args) => {
    creates.most = Math.max(creates.most, ++creates.inFlight)
    await sleep(clock, delayMs)
    creates.inFlight -= 1
    return create(...args)
  }
  return creates
}

const always = Number.POSITIVE_INFINITY

describe('L1: an end that cannot be dealt with', () => {
  it('is tried again from time to time, and holds up neither the heartbeat nor other tasks', async () => {
    const store = new DurableStore()
    const { executor, pods, clock, launch, states } = await startExecutor({ store })
    await launch('extract')
    pods.finish(/extract/)
    store.failures = always
    let commits = 0
    const commit = store.commitOutcomes.bind(store)
    store.commitOutcomes = (batch) => {
      commits += 1
      return commit(batch)
    }
    for (let loop = 0; loop < 60; loop++) {
      executor.heartbeat()
      await clock.advance(1_000)
    }
    expect(commits).toBeGreaterThan(3)
    expect(commits).toBeLessThan(20)
    store.failures = 0
    await launch('load')
    await clock.advance(20_000)
    expect(states()).toEqual({ extract: 'success', load: 'queued' })
    await executor.end()
  })

  it('nor does a pod that cannot be deleted: its task is told all the same', async () => {
    const { executor, pods, clock, launch, states, settle } = await startExecutor()
    await launch('extract')
    pods.fault({ verb: 'delete', error: apiError(403, 'Forbidden', 'cannot delete resource "pods"'), times: always })
    pods.finish(/extract/)
    await settle()
    expect([states(), executor.slotsOccupied]).toEqual([{ extract: 'success' }, 0])
    for (let loop = 0; loop < 60; loop++) {
      executor.heartbeat()
      await clock.advance(1_000)
    }
    expect(pods.count('delete')).toBeGreaterThan(3)
    expect(pods.count('delete')).toBeLessThan(20)
    await executor.terminate()
  })
})

it('L2: retries of a refused create are spread over time, not spent in one loop', async () => {
  const { executor, pods, clock, launch, events } = await startExecutor({
    config: { taskPublishMaxRetries: 3, workerPodsCreationBatchSize: 16 },
  })
  pods.fault({ verb: 'create', error: apiError(500, 'InternalError', 'etcd'), times: always })
  const begin = clock.now()
  await launch('extract')
  const times = [0]
  for (let loop = 0; loop < 100; loop++) {
    const before = pods.count('create')
    await clock.advance(50)
    executor.heartbeat()
    await clock.advance(0)
    for (let create = before; create < pods.count('create'); create++) times.push(clock.now() - begin)
  }
  expect(times).toEqual([0, 250, 750, 1_750])
  expect(events()).toMatchObject({
    extract: { state: 'failed', info: 'etcd (4 times; taskPublishMaxRetries is 3)' },
  })
  await executor.end()
})

describe('L9: whatever a create throws', () => {
  const bodies: [title: string, error: Error, state: string][] = [
    ['a broken connection', connectionError('reset'), 'queued'],
    ['a deadline that passed', connectionError('timeout'), 'queued'],
    ['a status without a message', apiError(500, '', undefined as unknown as string), 'queued'],
    ['a status whose message is null', apiError(503, '', null as unknown as string), 'queued'],
    ['an error that nobody knows', new TypeError('oops'), 'failed'],
    ['a refusal that nobody knows', apiError(418, '', 'teapot'), 'failed'],
  ]

  it.each(bodies)('%s costs no other task, and loses none', async (_title, error, state) => {
    const { executor, pods, clock, launch, states } = await startExecutor()
    pods.fault({ verb: 'create', name: /bad/, error })
    await launch('bad')
    await launch('good')
    expect(states()).toEqual({ bad: state, good: 'queued' })
    await clock.advance(20_000)
    expect(
      pods
        .all()
        .map(({ metadata }) => metadata?.annotations?.task_id)
        .toSorted(),
    ).toEqual(state === 'queued' ? ['bad', 'good'] : ['good'])
    expect(executor.slotsOccupied).toBe(state === 'queued' ? 2 : 1)
    await executor.end()
  })

  it('an adoption that the server refuses leaves the loop alone', async () => {
    const { executor, pods, clock, launch } = await startExecutor()
    pods.fault({ verb: 'list', error: apiError(403, 'Forbidden', 'cannot list resource "pods"'), times: always })
    for (let loop = 0; loop < 4; loop++) {
      executor.heartbeat()
      await clock.advance(400_000)
    }
    await launch('extract')
    expect(pods.all()).toHaveLength(1)
    await executor.end()
  })
})

it('L13: however many answers are lost, a launch has one name, and one pod', async () => {
  const pods = new FakePods()
  pods.deafenWatches()
  const { executor, clock, launch } = await startExecutor({ pods })
  pods.fault({ verb: 'create', loseAnswer: true })
  pods.fault({ verb: 'get', error: connectionError('reset'), times: 3 })
  await launch('extract')
  await clock.advance(20_000)
  const creates = pods.requests.filter(({ verb }) => verb === 'create')
  expect(creates.length).toBeGreaterThan(2)
  expect(new Set(creates.map(({ name }) => name)).size).toBe(1)
  expect(pods.all()).toHaveLength(1)
  expect(executor.slotsOccupied).toBe(1)
  await executor.end()
})

it('L15: a task that runs is not launched again while it does, however often it is queued', async () => {
  const { executor, pods, launch, states, settle } = await startExecutor()
  const key = await launch('extract')
  pods.start(/extract/)
  await settle()
  for (let loop = 0; loop < 5; loop++) await launch(key)
  executor.executeAsync({ key, args: [] })
  await settle()
  expect([pods.count('create'), executor.slotsOccupied, executor.queuedTasks.size]).toEqual([1, 1, 1])
  pods.finish(/extract/)
  await settle()
  expect(states()).toEqual({ extract: 'success' })
  await settle()
  await launch('other')
  expect(executor.queuedTasks.size).toBe(0)
  await executor.end()
})

it('L16: one heartbeat launches all there are slots for, many at once, and waits for none', async () => {
  const clock = new FakeClock()
  const pods = new FakePods({ now: () => clock.now() })
  // As with admission webhooks.
  const creates = slowCreates(pods, clock, 100)
  const { executor } = await startExecutor({ pods, clock, parallelism: 400 })
  for (let task = 0; task < 400; task++) executor.queueWorkload({ key: keyOf(`t${task}`), args: [] })
  executor.heartbeat()
  expect(pods.all()).toEqual([])
  await clock.advance(1_500)
  expect([pods.all().length, creates.most]).toEqual([400, 64])
  await executor.end()
})

describe('I8: hooks that do not end', () => {
  it('hold up no other task, whatever their priority, and fail their own after 30 s', async () => {
    const hangs = (id: string | undefined) => id?.startsWith('hangs') === true
    const { executor, pods, clock, states } = await startExecutor({
      parallelism: 200,
      podMutationHook: (pod) => (hangs(pod.metadata?.labels?.task_id) ? new Promise(() => {}) : undefined),
    })
    const bad = Array.from({ length: 100 }, (_, index) => keyOf(`hangs-${index}`))
    const good = Array.from({ length: 20 }, (_, index) => keyOf(`good-${index}`))
    for (const key of bad) executor.queueWorkload({ key, args: [], priority: 9 })
    for (const key of good) executor.queueWorkload({ key, args: [], priority: 1 })
    executor.heartbeat()
    await clock.advance(8_000)
    expect(pods.all()).toHaveLength(20)
    await clock.advance(32_000)
    const seen = states()
    expect(bad.map(({ taskId }) => seen[taskId])).toEqual(bad.map(() => 'failed'))
    expect(good.map(({ taskId }) => seen[taskId])).toEqual(good.map(() => 'queued'))
    expect(executor.slotsOccupied).toBe(20)
    await executor.end()
    expect(clock.pendingCount).toBe(0)
  })

  it('that end after a while have their pods created, each once, and no more at a time than are allowed', async () => {
    const clock = new FakeClock()
    const pods = new FakePods({ now: () => clock.now() })
    const creates = slowCreates(pods, clock, 50)
    const { executor } = await startExecutor({
      pods,
      clock,
      parallelism: 200,
      config: { podCreationMaxConcurrency: 8 },
      podMutationHook: () => sleep(clock, 3_000),
    })
    for (let task = 0; task < 60; task++) executor.queueWorkload({ key: keyOf(`t${task}`), args: [] })
    executor.heartbeat()
    await clock.advance(15_000)
    expect([pods.all().length, pods.count('create'), creates.most]).toEqual([60, 60, 8])
    await executor.end()
  })
})

describe('L20: a Retry-After', () => {
  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('is kept to when the date is put %s by an hour meanwhile', async (_title, byMs) => {
    const clock = new DatedClock()
    const { executor, pods, launch } = await startExecutor({ clock })
    pods.fault({ verb: 'create', error: apiError(429, 'TooManyRequests', 'busy', { retryAfterMs: 30_000 }) })
    await launch('extract')
    clock.dateOffMs = byMs
    await launch('load')
    await clock.advance(29_000)
    executor.heartbeat()
    await clock.advance(0)
    expect(pods.count('create')).toBe(1)
    await clock.advance(3_000)
    expect(pods.all()).toHaveLength(2)
    await executor.end()
  })

  it('that is absent costs a wait of its own, which grows', async () => {
    const { executor, pods, clock, launch } = await startExecutor()
    pods.fault({ verb: 'create', error: apiError(429, 'TooManyRequests', 'busy'), times: always })
    await launch('extract')
    await launch('load')
    await clock.advance(60_000)
    expect(pods.count('create')).toBeGreaterThan(3)
    expect(pods.count('create')).toBeLessThan(9)
    await executor.end()
  })

  it('does not end or prolong what a pod may take to start', async () => {
    const clock = new DatedClock()
    const { executor, launch, states, settle } = await startExecutor({ clock })
    await launch('extract')
    await settle()
    clock.dateOffMs = 3_600_000
    await clock.advance(899_000)
    expect(states()).toEqual({ extract: 'queued' })
    await clock.advance(1_000)
    expect(states()).toEqual({ extract: 'failed' })
    await executor.end()
  })
})

it('L22: the launch token stands in the environment of the main container, and nowhere else', async () => {
  const store = new DurableStore()
  const token = 'secret-of-this-launch'
  store.env = { DAVIT_LAUNCH_TOKEN: token }
  const { executor, pods, clock, logger, launch, events } = await startExecutor({ store })
  pods.fault({ verb: 'create', error: apiError(500, 'InternalError', 'etcd'), times: 2 })
  await launch('extract', {
    executorConfig: { podOverride: { spec: { containers: [{ name: 'base' }, { name: 'side', image: 'b' }] } } },
  })
  await clock.advance(5_000)
  const pod = pods.one(/extract/)
  const [base, ...others] = pod.spec?.containers ?? []
  expect(base?.env).toContainEqual({ name: 'DAVIT_LAUNCH_TOKEN', value: token })
  const rest = { ...pod, spec: { ...pod.spec, containers: [{ ...base, env: [] }, ...others] } }
  expect(JSON.stringify(rest)).not.toContain(token)
  expect(JSON.stringify(logger.lines)).not.toContain(token)
  expect(JSON.stringify([...Object.values(events())])).not.toContain(token)
  expect(executor.waitingReason(keyOf('extract'))).not.toContain(token)
  await executor.end()
})
