import type { TaskInstanceKey } from '@davit/executor'
import { expect, it } from 'vitest'
import { DurableStore } from '../../packages/executor/test/support/durable-store.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster, type TimedExecutor } from '../support/timed-cluster.ts'

const MINUTE_MS = 60_000
// 30 that start and 30 that end, not 500 each: what is proved does not depend on how many there are.
const TASKS = 30
const keysOf = (name: string) => Array.from({ length: TASKS }, (_, mapIndex) => taskKey(name, { mapIndex }))
const starting = keysOf('starting')
const ending = keysOf('ending')
const exitCodeOf = ({ mapIndex }: TaskInstanceKey) => (mapIndex % 3 === 0 ? 1 : 0)

/** Half of the tasks run, and end during the outage; the others are launched as it begins, and run on beyond it. */
async function begin(run: TimedExecutor, advance: (ms: number) => Promise<void>): Promise<void> {
  run.submit(...ending.map((key) => scriptedWorkload(key, { runMs: 2 * MINUTE_MS, exitCode: exitCodeOf(key) })))
  await advance(MINUTE_MS)
  run.submit(...starting.map((key) => scriptedWorkload(key, { runMs: 6 * MINUTE_MS, exitCode: exitCodeOf(key) })))
  await advance(20)
}

const states = (run: TimedExecutor, keys: readonly TaskInstanceKey[]) =>
  keys.map((key) => run.ends(key).map(({ state }) => state))
const right = (keys: readonly TaskInstanceKey[]) => keys.map((key) => [exitCodeOf(key) === 0 ? 'success' : 'failed'])

it('P26 a: a store that is down for 5 minutes, while pods start and end: no task fails for it, every outcome is right', async () => {
  await using timed = await startTimedCluster()
  const store = new DurableStore()
  const run = await timed.startExecutor({ store, parallelism: 2 * TASKS })
  await begin(run, timed.advance)
  store.failures = Number.POSITIVE_INFINITY
  await timed.advance(5 * MINUTE_MS)
  expect([...ending, ...starting].flatMap(run.ends)).toEqual([])
  store.failures = 0
  // The longest backoff of a store that does not answer.
  await timed.advance(MINUTE_MS)
  expect(states(run, ending)).toEqual(right(ending))
  await timed.advance(7 * MINUTE_MS)
  expect(states(run, starting)).toEqual(right(starting))
  expect(store.outcomes).toHaveLength(2 * TASKS)
})

it('P26 b: an executor that is down for 5 minutes, while pods start and end: the next one finds every outcome', async () => {
  await using timed = await startTimedCluster()
  const store = new DurableStore()
  const first = await timed.startExecutor({ store, parallelism: 2 * TASKS, jobId: '1' })
  await begin(first, timed.advance)
  const told = [...ending, ...starting].filter((key) => first.ends(key).length > 0)
  await first.stop('terminate')
  await timed.advance(5 * MINUTE_MS)
  const next = await timed.startExecutor({ store, parallelism: 2 * TASKS, jobId: '2' })
  const candidates = [...ending, ...starting].map((key) => ({ key, queuedByJobId: '1' }))
  const left = await timed.during(next.executor.tryAdoptTaskInstances(candidates))
  expect([told, left]).toEqual([[], []])
  await timed.advance(MINUTE_MS)
  expect(states(next, ending)).toEqual(right(ending))
  await timed.advance(7 * MINUTE_MS)
  expect(states(next, starting)).toEqual(right(starting))
  const creates = timed.cluster.requests.list({ verb: 'create', resource: 'pods', subresource: '' })
  expect(creates.filter(({ code }) => code === 201)).toHaveLength(2 * TASKS)
})
