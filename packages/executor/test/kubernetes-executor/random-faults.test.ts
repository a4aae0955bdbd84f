import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { DurableStore } from '../support/durable-store.ts'
import { apiError, connectionError, FakePods, type Verb } from '../support/fake-pods.ts'
import { randomOf } from '../support/random-of.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

const TASKS = 8
const STEPS = 40

async function play(seed: number, store: DurableStore | undefined) {
  const random = randomOf(seed)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const clock = new FakeClock()
  const pods = new FakePods({ now: () => clock.now(), slowDeletion: random() < 0.5 })
  const { executor, settle } = await startExecutor({ pods, clock, random, parallelism: 5, ...(store && { store }) })
  const ends = new Map<string, (string | null)[]>()
  const collect = () => {
    for (const [{ taskId }, { outcome, state }] of executor.getEventBuffer()) {
      if (outcome) ends.set(taskId, [...(ends.get(taskId) ?? []), state])
    }
  }
  /** The uids of all pods of a task that could do something. */
  const alive = (taskId: string) =>
    pods
      .all()
      .filter(
        ({ metadata, status }) =>
          metadata?.annotations?.task_id === taskId && !['Succeeded', 'Failed'].includes(status?.phase ?? ''),
      )
  for (let task = 0; task < TASKS; task++)
    executor.queueWorkload({ key: keyOf(`t${task}`), args: [], priority: task % 3 })

  const trouble = () => {
    const verb = pick<Verb>(['create', 'create', 'get', 'delete', 'patch', 'list', 'watch'])
    if (random() < 0.4 && verb !== 'watch' && verb !== 'list') pods.fault({ verb, loseAnswer: true })
    else {
      const error = pick([
        connectionError('reset'),
        connectionError('timeout'),
        apiError(500, 'InternalError', 'etcd'),
        apiError(429, 'TooManyRequests', 'busy'),
      ])
      pods.fault({ verb, error, times: 1 + Math.floor(random() * 3) })
    }
    if (store && random() < 0.2) store.failures = 1
  }
  const kubelet = () => {
    const pod = pick(pods.all())
    const name = pod?.metadata?.name
    if (!name) return
    if (pod.metadata?.deletionTimestamp) return pods.finishDeletion(name)
    if (['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')) return
    const move = random()
    if (move < 0.4) pods.start(name)
    else if (move < 0.7) pods.finish(name, random() < 0.3 ? 1 : 0)
    else if (move < 0.85) pods.finish(name, 137, { pod: { phase: 'Failed', reason: 'Evicted' } })
    else pods.remove(name)
  }
  for (let step = 0; step < STEPS; step++) {
    const what = random()
    if (what < 0.3) trouble()
    else if (what < 0.7) kubelet()
    else await clock.advance(Math.floor(random() * 5_000))
    executor.heartbeat()
    await clock.advance(0)
    if (random() < 0.5) collect()
    for (let task = 0; task < TASKS; task++)
      expect(alive(`t${task}`).length, `pods of t${task} at step ${step}`).toBeLessThan(2)
  }

  pods.clearFaults()
  if (store) store.failures = 0
  for (let round = 0; round < 60 && (ends.size < TASKS || executor.slotsOccupied > 0); round++) {
    for (const { metadata, status } of pods.all()) {
      if (metadata?.deletionTimestamp) pods.finishDeletion(metadata.name ?? '')
      else if (!['Succeeded', 'Failed'].includes(status?.phase ?? '')) pods.finish(metadata?.name ?? '')
    }
    executor.heartbeat()
    await clock.advance(15_000)
    collect()
  }
  await settle()
  await clock.advance(120_000)
  for (const { metadata } of pods.all()) if (metadata?.deletionTimestamp) pods.finishDeletion(metadata.name ?? '')
  await settle()
  const left = pods.all().filter(({ metadata }) => metadata?.labels?.airflow_executor_done === undefined)
  await executor.end()
  return { ends, left, pendingTimers: clock.pendingCount, openWatches: pods.openWatches }
}

describe.each([
  ['without a store', () => undefined],
  ['with a store', () => new DurableStore()],
])('I1 to I6 %s, whatever goes wrong', (_title, storeOf) => {
  it.each(Array.from({ length: 40 }, (_, index) => index + 1))('seed %i', async (seed) => {
    const { ends, left, pendingTimers, openWatches } = await play(seed, storeOf())
    expect([...ends.values()].map((states) => states.length)).toEqual(Array.from({ length: TASKS }, () => 1))
    expect(left.map(({ metadata }) => metadata?.name)).toEqual([])
    expect({ pendingTimers, openWatches }).toEqual({ pendingTimers: 0, openWatches: 0 })
  })
})
