import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { KubernetesExecutor } from '../../src/kubernetes-executor.ts'
import { DurableStore } from '../support/durable-store.ts'
import { connectionError, FakePods } from '../support/fake-pods.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

const never = new Promise<never>(() => {})

/** Nothing listens there, and nothing ever did. */
function unreachable(): FakePods {
  const pods = new FakePods()
  for (const verb of ['list', 'watch', 'create', 'get', 'patch', 'delete'] as const) {
    pods.fault({ verb, error: connectionError('refused'), times: Number.POSITIVE_INFINITY })
  }
  return pods
}

/** Resolves when the promise does, while the clock goes on. */
async function within(clock: FakeClock, ms: number, promise: Promise<unknown>): Promise<boolean> {
  let isDone = false
  void promise.then(() => {
    isDone = true
  })
  await clock.advance(ms)
  return isDone
}

describe('I11: with an API server that was never reachable', () => {
  it.each(['end', 'terminate'] as const)('settled() and %s() resolve, and nothing is left', async (how) => {
    const clock = new FakeClock()
    const { executor, pods } = await startExecutor({ pods: unreachable(), clock })
    executor.queueWorkload({ key: keyOf('extract'), args: [] })
    executor.heartbeat()
    expect(await within(clock, 0, executor.settled())).toBe(true)
    await clock.advance(60_000)
    expect(await within(clock, 0, executor.settled())).toBe(true)
    expect(await within(clock, 20_000, executor[how]())).toBe(true)
    expect([clock.pendingCount, pods.openWatches]).toEqual([0, 0])
  })

  it('end() resolves also before start()', async () => {
    const executor = new KubernetesExecutor({ jobId: '7', kube: { pods: unreachable() }, clock: new FakeClock() })
    await executor.end()
    await executor.settled()
  })
})

describe('I11: a stop waits for nobody who never answers', () => {
  it.each([
    ['the store, asked to record', { recordLaunch: () => never }],
    ['the store, asked to bind', { bindPod: () => never }],
    ['the store, asked to commit', { commitOutcomes: () => never }],
  ] as const)('%s', async (_title, silent) => {
    for (const how of ['end', 'terminate'] as const) {
      const clock = new FakeClock()
      const store = Object.assign(new DurableStore(), silent)
      const { executor, pods } = await startExecutor({ clock, store })
      executor.queueWorkload({ key: keyOf('extract'), args: [] })
      executor.heartbeat()
      await clock.advance(0)
      if (pods.all().length > 0) pods.finish(/extract/)
      await clock.advance(0)
      expect(await within(clock, how === 'end' ? 20_000 : 0, executor[how]())).toBe(true)
      expect([clock.pendingCount, pods.openWatches]).toEqual([0, 0])
    }
  })

  it('the store, asked to keep the resource version', async () => {
    const clock = new FakeClock()
    const store = new DurableStore()
    store.resourceVersions.save = () => never
    const { executor } = await startExecutor({ clock, store })
    expect(await within(clock, 2_000, executor.end())).toBe(true)
    expect(clock.pendingCount).toBe(0)
  })

  it('a mutation hook', async () => {
    const clock = new FakeClock()
    const { executor, events } = await startExecutor({ clock, podMutationHook: () => never })
    executor.queueWorkload({ key: keyOf('extract'), args: [] })
    executor.heartbeat()
    await clock.advance(0)
    expect(await within(clock, 0, executor.terminate())).toBe(true)
    expect(clock.pendingCount).toBe(0)
    expect(events()).toMatchObject({ extract: { state: 'queued' } })
  })

  it('N3: the question whether a launch is still wanted', async () => {
    const clock = new FakeClock()
    const store = new DurableStore()
    const { executor, pods } = await startExecutor({ clock, store })
    const answer = Promise.withResolvers<{ recorded: false; reason: string }>()
    store.recordLaunch = () => answer.promise
    for (const id of ['a', 'b', 'c']) executor.queueWorkload({ key: keyOf(id), args: [] })
    executor.heartbeat()
    await clock.advance(0)
    const ending = executor.end()
    answer.resolve({ recorded: false, reason: 'the task instance is removed' })
    expect(await within(clock, 0, ending)).toBe(true)
    expect([pods.count('create'), clock.pendingCount]).toEqual([0, 0])
  })
})
