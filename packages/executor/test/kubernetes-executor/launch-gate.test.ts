import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { Pod } from '../../src/kube/types.ts'
import { DurableStore } from '../support/durable-store.ts'
import { apiError } from '../support/fake-pods.ts'
import { type Setup, startExecutor } from '../support/start-executor.ts'

const gatesOf = (pod: Pod) => (pod.spec?.schedulingGates ?? []).map(({ name }) => name)

async function gated(options: Setup = {}) {
  const store = new DurableStore()
  return { store, ...(await startExecutor({ store, config: { launchGate: true }, ...options })) }
}

/** Binds only when told to. */
class SlowStore extends DurableStore {
  readonly bind = Promise.withResolvers<void>()

  override async bindPod(...args: Parameters<DurableStore['bindPod']>): Promise<boolean> {
    await this.bind.promise
    return super.bindPod(...args)
  }
}

describe('launchGate', () => {
  it('is off unless asked for, and no override sets it', async () => {
    const { executor, pods, launch } = await startExecutor()
    const gates = [{ name: 'davit/launch' }, { name: 'x.y/theirs' }]
    await launch('extract', { executorConfig: { podOverride: { spec: { schedulingGates: gates } } } })
    expect(gatesOf(pods.one(/extract/))).toEqual(['x.y/theirs'])
    await executor.end()
  })

  it('holds the pod until the store has bound it, and says so', async () => {
    const store = new SlowStore()
    const { executor, pods, clock } = await startExecutor({
      store,
      config: { launchGate: true, unscheduledSeconds: 60 },
    })
    const key = { dagId: 'sales', taskId: 'extract', runId: 'manual__1', tryNumber: 1, mapIndex: -1 }
    executor.queueWorkload({ key, args: ['true'] })
    executor.heartbeat()
    await clock.advance(0)
    // Longer than a pod may be without a node: it has not asked for one.
    await clock.advance(600_000)
    expect(gatesOf(pods.one(/extract/))).toEqual(['davit/launch'])
    expect(executor.waitingReason(key)).toBe(
      'held back by scheduling gates: davit/launch (until the store has bound the pod)',
    )
    store.bind.resolve()
    await executor.settled()
    await clock.advance(0)
    await executor.settled()
    expect(gatesOf(pods.one(/extract/))).toEqual([])
    expect(executor.waitingReason(key)).toMatch(/^unscheduled/)
    // From now on it counts.
    await clock.advance(61_000)
    await executor.settled()
    expect(pods.find(/extract/)?.metadata?.uid).toBeUndefined()
    await executor.end()
  })

  it('lifts only its own', async () => {
    const { executor, pods, launch, settle } = await gated()
    const schedulingGates = [{ name: 'x.y/theirs' }]
    const key = await launch('extract', { executorConfig: { podOverride: { spec: { schedulingGates } } } })
    await settle()
    expect(gatesOf(pods.one(/extract/))).toEqual(['x.y/theirs'])
    expect(executor.waitingReason(key)).toBe('held back by scheduling gates: x.y/theirs')
    await executor.end()
  })

  it('never lifts that of a pod which the store does not take', async () => {
    const { executor, pods, store, launch, settle } = await gated()
    store.bindPod = async () => false
    await launch('extract')
    await settle()
    expect(pods.all()).toEqual([])
    const lifts = pods.requests.filter(
      ({ verb, options }) => verb === 'patch' && JSON.stringify(options).includes('Gates'),
    )
    expect(lifts).toEqual([])
    await executor.end()
  })

  it('is tried again until it is lifted', async () => {
    const clock = new FakeClock()
    const { executor, pods, launch, settle } = await gated({ clock })
    pods.fault({ verb: 'patch', error: apiError(500, 'InternalError', 'x'), times: 3 })
    await launch('extract')
    expect(gatesOf(pods.one(/extract/))).toEqual(['davit/launch'])
    await clock.advance(30_000)
    await settle()
    expect(gatesOf(pods.one(/extract/))).toEqual([])
    await executor.end()
  })

  it('that a crash between bind and lift left is lifted by adoption', async () => {
    const { executor, pods, store, launch } = await gated()
    pods.fault({ verb: 'patch', error: apiError(500, 'InternalError', 'x'), times: 99 })
    const key = await launch('extract')
    await executor.terminate()
    pods.clearFaults()
    expect(gatesOf(pods.one(/extract/))).toEqual(['davit/launch'])
    // Lifted also by one that sets no gates itself.
    const next = await startExecutor({ pods, store, jobId: '8' })
    await next.executor.tryAdoptTaskInstances([{ key, queuedByJobId: '7' }])
    await next.settle()
    expect(gatesOf(pods.one(/extract/))).toEqual([])
    await next.executor.end()
  })

  it('that a lost answer left is lifted when the create is repeated', async () => {
    const { executor, pods, store, launch } = await gated()
    pods.fault({ verb: 'watch', error: apiError(500, 'InternalError', 'x'), times: 99 })
    pods.fault({ verb: 'create', loseAnswer: true })
    const key = await launch('extract')
    await executor.terminate()
    pods.clearFaults()
    const next = await startExecutor({ pods, store, jobId: '8', config: { launchGate: true } })
    await next.launch(key)
    await next.settle()
    expect(pods.all().map(gatesOf)).toEqual([[]])
    await next.executor.end()
  })
})
