import { describe, expect, it } from 'vitest'
import { DurableStore } from '../support/durable-store.ts'
import { apiError, connectionError, FakePods } from '../support/fake-pods.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

const revoke = (taskId: string) => ({ key: keyOf(taskId), queuedByJobId: '7' })

describe('I6: a pod goes only when its launch is given up in the store', () => {
  it('also one whose create is answered after the revocation', async () => {
    const store = new DurableStore()
    const { executor, pods, clock } = await startExecutor({ store })
    const create = Promise.withResolvers<void>()
    const revocation = Promise.withResolvers<void>()
    pods.fault({ verb: 'create', gate: create.promise })
    store.revokeGate = revocation.promise
    executor.queueWorkload({ key: keyOf('extract'), args: [] })
    executor.heartbeat()
    await clock.advance(0)
    await executor.revokeTask(revoke('extract'))
    create.resolve()
    await clock.advance(10_000)
    expect([pods.all().length, pods.count('delete'), store.revoked.length]).toEqual([1, 0, 1])
    revocation.resolve()
    await clock.advance(0)
    expect([pods.all(), pods.count('create')]).toEqual([[], 1])
    await executor.end()
  })

  it('also the pods of a task that is not in our book', async () => {
    const store = new DurableStore()
    const first = await startExecutor({ store, jobId: '7' })
    await first.launch('extract')
    await first.executor.end()
    const { executor, pods, clock } = await startExecutor({ pods: first.pods, store, jobId: '8' })
    const revocation = Promise.withResolvers<void>()
    store.revokeGate = revocation.promise
    await executor.revokeTask(revoke('extract'))
    await clock.advance(0)
    expect([pods.count('delete'), store.revoked.map(({ number }) => number)]).toEqual([0, [1]])
    revocation.resolve()
    await clock.advance(0)
    expect(pods.all()).toEqual([])
    await executor.end()
  })

  it('P16: also when nobody answered at first: it is tried again', async () => {
    const first = await startExecutor({ jobId: '7' })
    await first.launch('extract')
    await first.executor.end()
    const { executor, pods, clock } = await startExecutor({ pods: first.pods, jobId: '8' })
    pods.fault({ verb: 'list', error: connectionError('refused'), times: 3 })
    await executor.revokeTask(revoke('extract'))
    expect(pods.all()).toHaveLength(1)
    await clock.advance(20_000)
    expect(pods.all()).toEqual([])
    await executor.end()
    expect(clock.pendingCount).toBe(0)
  })

  it('also one that appears when its launch had failed: not before the outcome is committed', async () => {
    const store = new DurableStore()
    const { executor, pods, clock, launch, states, settle } = await startExecutor({
      store,
      config: { maxRefusalSeconds: 10 },
    })
    pods.fault({ verb: 'create', error: connectionError('timeout'), times: 99 })
    const key = await launch('extract')
    await clock.advance(9_000)
    store.failures = Number.POSITIVE_INFINITY
    await clock.advance(3_000)
    // The first create was carried out after all.
    const sent = pods.requests.find(({ verb }) => verb === 'create')?.body
    pods.put(sent ?? {})
    await clock.advance(1_000)
    expect([executor.hasTask(key), pods.count('delete')]).toEqual([true, 0])
    store.failures = 0
    await clock.advance(30_000)
    await settle()
    expect([states(), pods.all()]).toEqual([{ extract: 'failed' }, []])
    await executor.end()
  })

  it('and is left alone when another executor answers for the launch', async () => {
    const store = new DurableStore()
    const { executor, pods, clock, launch } = await startExecutor({ store })
    await launch('extract')
    store.takenOver = true
    await executor.revokeTask(revoke('extract'))
    await clock.advance(1_000)
    expect([executor.hasTask(keyOf('extract')), pods.all().length, pods.count('delete')]).toEqual([false, 1, 0])
    await executor.end()
  })
})

describe('a launch that the store may have recorded', () => {
  it('is revoked there when its task is revoked before the store has answered', async () => {
    const store = new DurableStore()
    const { executor, clock, launch } = await startExecutor({ store })
    store.failures = 1
    await launch('extract')
    await executor.revokeTask(revoke('extract'))
    await clock.advance(0)
    expect(store.revoked.map(({ key }) => key.taskId)).toEqual(['extract'])
    await executor.end()
  })

  it('is revoked there when the answer is an error, and comes after the revocation', async () => {
    const store = new DurableStore()
    const answer = Promise.withResolvers<never>()
    store.recordLaunch = () => answer.promise
    const { executor, clock } = await startExecutor({ store })
    executor.queueWorkload({ key: keyOf('extract'), args: [] })
    executor.heartbeat()
    await clock.advance(0)
    await executor.revokeTask(revoke('extract'))
    await clock.advance(0)
    expect(store.revoked).toHaveLength(1)
    answer.reject(new Error('database is locked'))
    await clock.advance(0)
    expect(store.revoked).toHaveLength(2)
    await executor.end()
  })
})

describe('L14: a revoked task', () => {
  it.each([
    ['in the queue', async () => {}],
    ['held up by a quota', async () => {}],
    ['in its backoff', async () => {}],
  ])('%s is never launched, and its slot is free', async (title) => {
    const { executor, pods, clock, launch, states } = await startExecutor({ parallelism: 2 })
    if (title === 'held up by a quota') {
      const text = 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'
      pods.fault({ verb: 'create', error: apiError(403, 'Forbidden', text) })
      await launch('other')
    }
    if (title === 'in its backoff') {
      pods.fault({ verb: 'create', name: /extract/, error: apiError(409, 'Conflict', 'modified') })
    }
    if (title === 'in the queue') {
      await launch('other')
      await launch('another')
    }
    await launch('extract')
    await executor.revokeTask(revoke('extract'))
    expect(executor.hasTask(keyOf('extract'))).toBe(false)
    pods.clearFaults()
    await clock.advance(200_000)
    executor.heartbeat()
    await clock.advance(200_000)
    expect(pods.all().filter(({ metadata }) => metadata?.annotations?.task_id === 'extract')).toEqual([])
    expect(Object.keys(states())).not.toContain('extract')
    expect(executor.slotsOccupied).toBe(title === 'in the queue' ? 2 : title === 'held up by a quota' ? 1 : 0)
    await executor.end()
  })

  it('leaves the end that was already told to whoever fetches it', async () => {
    const { executor, pods, launch, states, settle } = await startExecutor()
    await launch('extract')
    pods.finish(/extract/)
    await settle()
    await executor.revokeTask(revoke('extract'))
    expect(states()).toEqual({ extract: 'success' })
    await executor.end()
  })
})

describe('N2: a task that was dropped', () => {
  it('begins anew when it is queued again: full budget of infrastructure failures, no refusal left over', async () => {
    const pods = new FakePods()
    const { executor, clock, launch, settle } = await startExecutor({ pods })
    const evicted = { pod: { phase: 'Failed', reason: 'Evicted' } } as const
    await launch('extract', { infrastructureRetries: 1 })
    pods.finish(/extract/, 137, evicted)
    await settle()
    pods.fault({ verb: 'create', error: apiError(409, 'Conflict', 'modified') })
    await clock.advance(1_000)
    expect(executor.waitingReason(keyOf('extract'))).toContain('refused (conflict)')
    await executor.revokeTask(revoke('extract'))
    expect(executor.waitingReason(keyOf('extract'))).toBeNull()
    const key = keyOf('extract')
    executor.queueWorkload({ key, args: [], infrastructureRetries: 1, launchNumber: 3 })
    executor.heartbeat()
    await settle()
    pods.finish(pods.all().at(-1)?.metadata?.name ?? '', 137, evicted)
    await clock.advance(5_000)
    expect(pods.all().at(-1)?.metadata?.labels?.['davit-launch']).toMatch(/^1-4-/)
    await executor.end()
  })
})

it('a revocation that could not be carried out at once spares the pod of the same try queued anew', async () => {
  const { executor, pods, clock, launch } = await startExecutor()
  // The first trial, and the one that follows at once.
  pods.fault({ verb: 'list', error: apiError(503, 'ServiceUnavailable', 'x'), times: 2 })
  await executor.revokeTask(revoke('extract'))
  await launch('extract')
  await clock.advance(30_000)
  expect([pods.all().length, pods.count('delete'), executor.hasTask(keyOf('extract'))]).toEqual([1, 0, true])
  await executor.end()
})
