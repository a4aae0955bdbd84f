import { describe, expect, it } from 'vitest'
import { DurableStore } from '../support/durable-store.ts'
import { apiError, connectionError } from '../support/fake-pods.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

const full = apiError(403, 'Forbidden', 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1')
const quota = { verb: 'create', error: full, times: 99 } as const

describe('a launch whose create is repeated', () => {
  it('L14: is asked of the store anew after a long wait, and not created when the task is not queued any more', async () => {
    const store = new DurableStore()
    const { executor, pods, clock, launch, states } = await startExecutor({ store })
    pods.fault(quota)
    const key = await launch('extract')
    await clock.advance(60_000)
    expect(store.requests.length).toBeGreaterThan(2)
    expect(new Set(store.requests.map(({ launch: { id } }) => id)).size).toBe(1)
    store.refusal = 'the task instance is scheduled, try 2'
    pods.clearFaults()
    const before = pods.count('create')
    await clock.advance(60_000)
    expect([pods.count('create') - before, pods.all()]).toEqual([0, []])
    expect([executor.hasTask(key), executor.slotsOccupied]).toEqual([false, 0])
    expect(states()).toEqual({})
    await executor.end()
  })

  it('is not asked of the store at each of many quick repetitions', async () => {
    const store = new DurableStore()
    const { executor, pods, clock, launch } = await startExecutor({ store })
    pods.fault({ verb: 'create', error: connectionError('reset'), times: 4 })
    await launch('extract')
    await clock.advance(4_000)
    expect([pods.count('create'), store.requests.length]).toEqual([5, 1])
    await executor.end()
  })

  it('is asked of the store anew when the answer comes late: by then another executor may have launched and ended it', async () => {
    const store = new DurableStore()
    const record = store.recordLaunch.bind(store)
    const late = Promise.withResolvers<void>()
    store.recordLaunch = async (request) => {
      const answer = await record(request)
      await late.promise
      return answer
    }
    const { executor, pods, clock } = await startExecutor({ store })
    const key = keyOf('extract')
    executor.queueWorkload({ key, args: [] })
    executor.heartbeat()
    await clock.advance(30_000)
    store.refusal = 'try 1 is over'
    late.resolve()
    await clock.advance(0)
    expect([store.requests.length, pods.count('create'), executor.hasTask(key)]).toEqual([2, 0, false])
    await executor.end()
  })

  it('is asked of the store anew the sooner, the shorter leases are', async () => {
    const store = new DurableStore()
    const { executor, pods, clock, launch } = await startExecutor({ store, config: { leaseSeconds: 3 } })
    pods.fault({ verb: 'create', error: connectionError('reset'), times: 99 })
    const key = await launch('extract')
    store.refusal = 'try 1 is over'
    await clock.advance(999)
    const within = pods.count('create')
    await clock.advance(4_000)
    expect([store.requests.length, pods.count('create') - within, executor.hasTask(key)]).toEqual([2, 0, false])
    await executor.end()
  })

  it('waits for a store that does not answer, and creates nothing meanwhile', async () => {
    const store = new DurableStore()
    const { executor, pods, clock, launch } = await startExecutor({ store })
    pods.fault({ ...quota, times: 4 })
    const key = await launch('extract')
    await clock.advance(10_000)
    store.failures = Number.POSITIVE_INFINITY
    const before = pods.count('create')
    await clock.advance(60_000)
    expect(pods.count('create')).toBe(before)
    expect(executor.waitingReason(key)).toContain('refused (store)')
    store.failures = 0
    await clock.advance(20_000)
    expect(pods.all()).toHaveLength(1)
    await executor.end()
  })

  it('I1: takes the pod of the lost create also when a quota, which that pod has used up, refuses the repetition', async () => {
    const { executor, pods, clock, launch } = await startExecutor()
    // Only the name can tell.
    pods.deafenWatches()
    pods.fault({ verb: 'create', loseAnswer: true })
    pods.fault(quota)
    const key = await launch('extract')
    await clock.advance(2_000)
    expect([pods.count('create'), pods.count('get'), pods.all().length]).toEqual([2, 1, 1])
    expect(executor.waitingReason(key)).toBe('unscheduled')
    await executor.end()
  })

  it('I1: takes over the pod that an executor which is gone had created, also when a quota refuses its create', async () => {
    const store = new DurableStore()
    const first = await startExecutor({ store, jobId: '7' })
    await first.launch('extract')
    await first.executor.terminate()
    const { executor, pods, clock, launch, states, settle } = await startExecutor({
      pods: first.pods,
      store,
      jobId: '8',
    })
    pods.fault(quota)
    await launch('extract')
    await clock.advance(0)
    expect(pods.all().map(({ metadata }) => metadata?.labels?.['airflow-worker'])).toEqual(['8'])
    pods.start(/extract/)
    pods.finish(/extract/)
    await settle()
    expect(states()).toEqual({ extract: 'success' })
    await executor.end()
  })

  it('I1: asks once, and believes it, when there is no pod of its name', async () => {
    const { executor, pods, clock, launch } = await startExecutor()
    pods.fault(quota)
    await launch('extract', { launchNumber: 1 })
    await clock.advance(30_000)
    expect(pods.count('create')).toBeGreaterThan(2)
    expect(pods.count('get')).toBe(1)
    await executor.end()
  })
})
