import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { Pod } from '../../src/kube/types.ts'
import { DurableStore } from '../support/durable-store.ts'
import { apiError, connectionError, FakePods } from '../support/fake-pods.ts'
import { type Setup, startExecutor } from '../support/start-executor.ts'

const FINALIZER = 'davit/outcome'

async function durable(options: Setup = {}) {
  const store = new DurableStore()
  return { store, ...(await startExecutor({ store, ...options })) }
}

const finalizersOf = (pod: Pod) => pod.metadata?.finalizers ?? []

describe('which pods have it', () => {
  it('those of a store that outlives the process, beside the finalizers of others, whatever else is said', async () => {
    const { executor, pods, launch } = await durable({
      podMutationHook: (pod) => {
        pod.metadata = { ...pod.metadata, finalizers: ['x.y/hook'] }
      },
    })
    await launch('extract')
    expect(finalizersOf(pods.one(/extract/))).toEqual(['x.y/hook', FINALIZER])
    await executor.end()
  })

  it.each<[string, Setup, { outcomeFinalizer?: boolean }, boolean]>([
    ['none of a volatile store', {}, {}, false],
    ['none of a volatile store, also when its task asks for it', {}, { outcomeFinalizer: true }, false],
    [
      'none when the configuration says so',
      { store: new DurableStore(), config: { outcomeFinalizer: false } },
      {},
      false,
    ],
    [
      'a task that asks for it',
      { store: new DurableStore(), config: { outcomeFinalizer: false } },
      { outcomeFinalizer: true },
      true,
    ],
    ['not a task that asks for none', { store: new DurableStore() }, { outcomeFinalizer: false }, false],
  ])('%s', async (_, setup, workload, has) => {
    const { executor, pods, launch } = await startExecutor(setup)
    // What an override says of ours does not count.
    const executorConfig = { podOverride: { metadata: { finalizers: [FINALIZER] } } }
    await launch('extract', { ...workload, executorConfig })
    expect(finalizersOf(pods.one(/extract/))).toEqual(has ? [FINALIZER] : [])
    await executor.end()
  })

  it('is refused with a volatile store', async () => {
    await expect(startExecutor({ config: { outcomeFinalizer: true } })).rejects.toThrow(
      'outcomeFinalizer: needs a store that outlives the process',
    )
  })
})

describe('a pod that others delete', () => {
  it.each([0, 3])('stays with its end, exit code %i, until that is committed', async (exitCode) => {
    const clock = new FakeClock()
    const { executor, pods, store, launch, states, settle } = await durable({ clock })
    await launch('extract')
    const pod = pods.start(/extract/)
    store.failures = 2
    pods.finish(/extract/, exitCode)
    await pods.delete('default', pod.metadata?.name ?? '')
    await settle()
    // The store does not answer yet.
    expect(finalizersOf(pods.one(/extract/))).toEqual([FINALIZER])
    expect(store.outcomes).toEqual([])
    await clock.advance(5_000)
    await settle()
    expect(pods.all()).toEqual([])
    expect(store.outcomes.map((outcome) => outcome.exitCode)).toEqual([exitCode])
    expect(states()).toEqual({ extract: exitCode === 0 ? 'success' : 'failed' })
    await executor.end()
  })

  it('is over when no node has it: the try goes on with another launch', async () => {
    const clock = new FakeClock()
    const { executor, pods, store, launch, settle } = await durable({ clock })
    await launch('extract')
    const first = pods.one(/extract/)
    await pods.delete('default', first.metadata?.name ?? '')
    await settle()
    await clock.advance(5_000)
    await settle()
    expect(store.requests.map(({ supersedes }) => supersedes?.failure.class)).toEqual([undefined, 'disruption'])
    const [second, ...others] = pods.all()
    expect([second?.metadata?.uid === first.metadata?.uid, others]).toEqual([false, []])
    await executor.end()
  })

  it('that ran, and whose end another process has to see, is adopted with it', async () => {
    const { executor, pods, store, launch } = await durable()
    const key = await launch('extract')
    pods.start(/extract/)
    await executor.terminate()
    const name = pods.one(/extract/).metadata?.name ?? ''
    await pods.delete('default', name)
    pods.finish(/extract/, 7)
    const next = await startExecutor({ pods, store, jobId: '8' })
    expect(await next.executor.tryAdoptTaskInstances([{ key, queuedByJobId: '7' }])).toEqual([])
    await next.settle()
    expect(store.outcomes.map(({ exitCode }) => exitCode)).toEqual([7])
    expect(pods.all()).toEqual([])
    await next.executor.end()
  })

  it('is found by the repeated create of its launch, and taken with its end instead of waited for', async () => {
    const clock = new FakeClock()
    const pods = new FakePods({ now: () => clock.now() })
    const { executor, store, launch } = await durable({ clock, pods })
    const key = await launch('extract')
    await executor.terminate()
    pods.start(/extract/)
    pods.finish(/extract/, 4)
    // In the same second it would be taken for the deletion's doing.
    await clock.advance(2_000)
    await pods.delete('default', pods.one(/extract/).metadata?.name ?? '')
    const next = await startExecutor({ clock, pods, store, jobId: '8' })
    await next.launch(key)
    await next.settle()
    expect(store.outcomes.map(({ exitCode, failure }) => [exitCode, failure?.class])).toEqual([[4, 'user']])
    expect(pods.all()).toEqual([])
    await next.executor.end()
  })
})

describe('how it goes', () => {
  it('in one request with the label, on a failed pod that is kept', async () => {
    const { executor, pods, launch, settle } = await durable()
    await launch('extract')
    pods.finish(/extract/, 1)
    await settle()
    const { metadata } = pods.one(/extract/)
    expect([metadata?.finalizers, metadata?.labels?.airflow_executor_done]).toEqual([undefined, 'True'])
    expect([pods.count('patch'), pods.count('delete')]).toEqual([1, 0])
    await executor.end()
  })

  it('before the deletion of a pod that succeeded, and leaves those of others', async () => {
    const { executor, pods, launch, settle } = await durable()
    await launch('extract', { executorConfig: { podOverride: { metadata: { finalizers: ['x.y/theirs'] } } } })
    pods.finish(/extract/)
    await settle()
    const { metadata } = pods.one(/extract/)
    expect([metadata?.finalizers, metadata?.deletionTimestamp === undefined]).toEqual([['x.y/theirs'], false])
    expect([pods.count('patch'), pods.count('delete')]).toEqual([1, 1])
    await executor.end()
  })

  it('with the revocation, and what still runs is deleted though that be refused', async () => {
    const clock = new FakeClock()
    const { executor, pods, launch, settle } = await durable({ clock })
    const key = await launch('extract')
    pods.start(/extract/)
    await settle()
    pods.fault({ verb: 'patch', error: apiError(500, 'InternalError', 'x') })
    await executor.revokeTask({ key, queuedByJobId: '7' })
    await settle()
    expect(pods.one(/extract/).metadata?.deletionTimestamp).toBeDefined()
    await clock.advance(5_000)
    await settle()
    expect(pods.all()).toEqual([])
    await executor.end()
  })

  it('is taken off until it has worked, answers lost or not', async () => {
    const clock = new FakeClock()
    const { executor, pods, launch, settle } = await durable({ clock })
    await launch('extract')
    pods.fault({ verb: 'patch', loseAnswer: true })
    pods.fault({ verb: 'patch', error: connectionError('reset'), times: 3 })
    pods.finish(/extract/)
    await settle()
    await clock.advance(60_000)
    await settle()
    expect(pods.all()).toEqual([])
    await executor.end()
  })
})

describe('a pod that was left with it', () => {
  /** An executor that dies between the commit and what follows it. */
  async function died(exitCode: number) {
    const clock = new FakeClock()
    const pods = new FakePods({ now: () => clock.now() })
    const { executor, store, launch, settle } = await durable({ clock, pods })
    pods.fault({ verb: 'patch', error: connectionError('reset'), times: 99 })
    pods.fault({ verb: 'delete', error: connectionError('reset'), times: 99 })
    await launch('extract')
    pods.finish(/extract/, exitCode)
    await settle()
    await executor.terminate()
    pods.clearFaults()
    expect([store.outcomes.length, finalizersOf(pods.one(/extract/))]).toEqual([1, [FINALIZER]])
    return { clock, pods, store }
  }

  it.each(['7', '8'])('P6 c: goes when it is ended and recorded, also by an executor named %s', async (jobId) => {
    const { clock, pods, store } = await died(0)
    const next = await startExecutor({ clock, pods, store, jobId })
    next.executor.heartbeat()
    await next.settle()
    // Whoever committed it may live, and be about to.
    expect(pods.all()).toHaveLength(1)
    await clock.advance(301_000)
    next.executor.heartbeat()
    await next.settle()
    expect(pods.all()).toEqual([])
    await next.executor.end()
  })

  it('P6 c: is kept as a failed one, without it, and outlives its retention by no more than a sweep', async () => {
    const { clock, pods, store } = await died(1)
    await clock.advance(301_000)
    const config = { failedPodTtlSeconds: 3_600 }
    const next = await startExecutor({ clock, pods, store, jobId: '8', config })
    // An executor that has just come looks at once.
    next.executor.heartbeat()
    await next.settle()
    const { metadata } = pods.one(/extract/)
    expect([metadata?.finalizers, metadata?.labels?.airflow_executor_done]).toEqual([undefined, 'True'])
    await clock.advance(3_600_000)
    next.executor.heartbeat()
    await next.settle()
    expect(pods.all()).toEqual([])
    await next.executor.end()
  })

  it('stays while its launch is open in the store, or another deployment’s', async () => {
    const clock = new FakeClock()
    const pods = new FakePods({ now: () => clock.now() })
    const { executor, store, launch } = await durable({ clock, pods })
    await launch('extract')
    await executor.terminate()
    pods.finish(/extract/)
    await clock.advance(301_000)
    const other = await startExecutor({ clock, pods, store: new DurableStore(), config: { deployment: 'other' } })
    const same = await startExecutor({ clock, pods, store, jobId: '8' })
    for (const { executor: each, settle } of [other, same]) {
      each.heartbeat()
      await settle()
    }
    expect(finalizersOf(pods.one(/extract/))).toEqual([FINALIZER])
    // Revoked by someone who could not reach the pod.
    const [open] = await store.currentLaunches()
    if (open) await store.revokeLaunch(open)
    await clock.advance(301_000)
    same.executor.heartbeat()
    await same.settle()
    expect(pods.all()).toEqual([])
    await Promise.all([other.executor.end(), same.executor.end()])
  })

  it('goes from a pod whose annotations somebody has spoilt, too', async () => {
    const { clock, pods, store } = await died(0)
    const { namespace = '', name = '' } = pods.one(/extract/).metadata ?? {}
    await pods.patch(namespace, name, { type: 'merge', patch: { metadata: { annotations: { task_id: null } } } })
    await clock.advance(301_000)
    const next = await startExecutor({ clock, pods, store, jobId: '8' })
    next.executor.heartbeat()
    await next.settle()
    expect(pods.all()).toEqual([])
    await next.executor.end()
  })

  it('is left alone by a volatile store, which does not know what others have open', async () => {
    const { clock, pods } = await died(1)
    await clock.advance(301_000)
    const next = await startExecutor({ clock, pods, jobId: '8' })
    next.executor.heartbeat()
    await next.settle()
    expect(finalizersOf(pods.one(/extract/))).toEqual([FINALIZER])
    await next.executor.end()
  })
})
