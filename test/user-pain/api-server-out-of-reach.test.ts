import { expect, it } from 'vitest'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'

const MINUTE_MS = 60_000
// 20 running and 20 queued, not 500 each: what is proved does not depend on how many there are.
const TASKS = 20

it('P7: an API server out of reach for 15 minutes fails no task, and all states are right 30 s after it is back', async () => {
  await using timed = await startTimedCluster()
  const { submit, ends, wire, executor } = await timed.startExecutor({ parallelism: 2 * TASKS })
  const running = Array.from({ length: TASKS }, (_, index) => taskKey('running', { mapIndex: index }))
  const queued = Array.from({ length: TASKS }, (_, index) => taskKey('queued', { mapIndex: index }))
  submit(...running.map((key) => scriptedWorkload(key, { runMs: 10 * MINUTE_MS, exitCode: key.mapIndex % 2 })))
  await timed.advance(MINUTE_MS)

  wire.hold()
  submit(...queued.map((key) => scriptedWorkload(key, { runMs: 1_000 })))
  await timed.advance(15 * MINUTE_MS)
  expect(executor.slotsOccupied).toBe(2 * TASKS)
  expect([...running, ...queued].flatMap(ends)).toEqual([])

  wire.release()
  await timed.advance(30_000)
  expect(running.map((key) => ends(key).map(({ state }) => state))).toEqual(
    running.map(({ mapIndex }) => [mapIndex % 2 === 0 ? 'success' : 'failed']),
  )
  expect(queued.map((key) => ends(key).map(({ state }) => state))).toEqual(queued.map(() => ['success']))
  expect(executor.slotsOccupied).toBe(0)
})
