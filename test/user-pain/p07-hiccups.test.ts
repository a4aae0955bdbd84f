import { expect, it } from 'vitest'
import { RecordedMetrics } from '../../packages/executor/test/support/recorded-metrics.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { spoiledAnswers } from '../support/spoiled-answers.ts'
import { startTimedCluster, type TimedCluster, type TimedExecutor } from '../support/timed-cluster.ts'

const MINUTE_MS = 60_000
// 20 running and 20 queued, not 500 each: what is proved does not depend on how many there are.
const TASKS = 20
const keysOf = (name: string) => Array.from({ length: TASKS }, (_, mapIndex) => taskKey(name, { mapIndex }))
const running = keysOf('running')
const queued = keysOf('queued')

/** Tasks run, the trouble comes and lasts for a quarter of an hour, and goes. */
async function through(
  timed: TimedCluster,
  run: TimedExecutor,
  trouble: { begin(): void; end(): void; recoveryMs?: number },
): Promise<void> {
  run.submit(...running.map((key) => scriptedWorkload(key, { runMs: 10 * MINUTE_MS, exitCode: key.mapIndex % 2 })))
  await timed.advance(MINUTE_MS)
  expect(run.executor.state.launches.live).toBe(TASKS)
  trouble.begin()
  run.submit(...queued.map((key) => scriptedWorkload(key, { runMs: 1_000 })))
  // Heartbeats come all the while, and none of them waits: they are synchronous.
  await timed.advance(15 * MINUTE_MS)
  expect([...running, ...queued].flatMap(run.ends)).toEqual([])
  expect(run.executor.slotsOccupied).toBe(2 * TASKS)
  trouble.end()
  await timed.advance(trouble.recoveryMs ?? 30_000)
  expect(running.map((key) => run.ends(key).map(({ state }) => state))).toEqual(
    running.map(({ mapIndex }) => [mapIndex % 2 === 0 ? 'success' : 'failed']),
  )
  expect(queued.map((key) => run.ends(key).map(({ state }) => state))).toEqual(queued.map(() => ['success']))
  expect(run.executor.state).toMatchObject({ troubles: [], watches: [{ state: 'watching' }] })
}

it('P7 b: a server that answers 500 to everything for 15 minutes fails no task, and is told of once', async () => {
  await using timed = await startTimedCluster()
  const metrics = new RecordedMetrics()
  const run = await timed.startExecutor({ parallelism: 2 * TASKS, metrics })
  let undo = () => {}
  await through(timed, run, {
    begin() {
      undo = timed.cluster.faults.refuse({
        match: ({ userAgent }) => userAgent.startsWith('davit-job'),
        code: 500,
      }).undo
      timed.cluster.faults.dropWatches()
    },
    end: () => undo(),
  })
  expect(run.logger.lines.filter((line) => line.includes('trouble began'))).toHaveLength(2)
  expect(metrics.count('davit_executor.troubles', { cause: 'server-error' })).toBe(1)
  expect(metrics.count('davit_executor.watch_lists')).toBeLessThan(70)
})

it.for([
  ['P7 c: bodies that trickle in and never end', 'timeout', { request: 60_000, watch: 150_000 }],
  ['P7 d: JSON that is cut off', 'protocol', { request: 0, watch: 0 }],
] as const)('%s, for 15 minutes, fail no task', async ([, kind, waitMs]) => {
  await using timed = await startTimedCluster()
  const { clock, cluster } = timed
  let isOn = false
  const run = await timed.startExecutor({
    parallelism: 2 * TASKS,
    wrapKube: (kube) => ({ ...kube, pods: spoiledAnswers(kube.pods, { clock, kind, waitMs, isOn: () => isOn }) }),
  })
  await through(timed, run, {
    begin() {
      isOn = true
      cluster.faults.dropWatches()
    },
    end() {
      isOn = false
    },
    // What trickles in trickles on: requests and watches under way are given up at their own deadlines.
    recoveryMs: waitMs.watch + 30_000,
  })
  // Creates were carried out all the while, and repeated as the same creates.
  const made = cluster.requests.list({ verb: 'create', resource: 'pods', subresource: '' })
  expect(made.filter(({ code }) => code === 201)).toHaveLength(2 * TASKS)
})
