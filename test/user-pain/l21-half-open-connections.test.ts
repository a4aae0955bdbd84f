import { expect, it } from 'vitest'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'

// Airflow's client has no deadline: until TCP gives up, some five minutes later, its scheduler waits.
it('L21: a connection that dies without a word under a create: the same create comes again within its deadline of 60 s', async () => {
  await using timed = await startTimedCluster()
  const run = await timed.startExecutor()
  const [before, during, other] = [taskKey('before'), taskKey('during'), taskKey('other')]
  run.submit(scriptedWorkload(before, { runMs: 1_000 }))
  await timed.advance(5_000)
  run.wire.hold()
  run.submit(scriptedWorkload(during, { runMs: 1_000 }))
  await timed.settle()
  expect(run.executor.state.creates.inFlight).toBe(1)
  run.wire.strand()
  // Others are not held up meanwhile.
  run.submit(scriptedWorkload(other, { runMs: 1_000 }))
  await timed.advance(10_000)
  expect(run.executor.state.creates.inFlight).toBe(1)
  await timed.advance(55_000)
  const creates = timed.cluster.requests.list({ verb: 'create', resource: 'pods', subresource: '' })
  expect(creates.map(({ code }) => code)).toEqual([201, 201, 201])
  // Ends are seen once the watch, which died too, has been silent for too long.
  await timed.advance(100_000)
  expect([before, during, other].map((key) => run.ends(key).map(({ state }) => state))).toEqual([
    ['success'],
    ['success'],
    ['success'],
  ])
})
