import { taskInstanceKeyText } from '@davit/executor'
import { expect, it } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { delayedWatch } from '../support/delayed-watch.ts'
import type { StoredPod } from '../support/pods-by-api.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'

// 150 tasks, not 1,000: each meets the same race, and 150 random delays have met every part of it. All orders of a single
// one are in packages/executor/test/kubernetes-executor/old-runs.test.ts.
const TASKS = 150

it('P10: deferred tasks whose triggers fire at once, and a watch that is up to 10 s behind: each run ends once, none fails', async () => {
  await using timed = await startTimedCluster()
  const { api, cluster, clock, random } = timed
  const run = await timed.startExecutor({
    parallelism: TASKS,
    wrapKube: (kube) => ({ pods: delayedWatch(kube.pods, { clock, random, maxMs: 10_000 }) }),
  })
  const keys = Array.from({ length: TASKS }, (_, mapIndex) => taskKey('t', { mapIndex }))
  const workloads = keys.map((key) => scriptedWorkload(key, { runMs: 10 }))
  run.submit(...workloads)
  // The trigger fires the moment that the first pod has ended, whatever the executor knows of it.
  const fired = new Set<string>()
  await timed.until(async () => {
    const { body } = await api.get<{ items: StoredPod[] }>(podsPath('default'))
    for (const { metadata, status } of body.items) {
      const index = Number(metadata.annotations?.map_index)
      const [key, workload] = [keys[index], workloads[index]]
      if (!key || !workload || status.phase !== 'Succeeded' || fired.has(taskInstanceKeyText(key))) continue
      fired.add(taskInstanceKeyText(key))
      run.submit(workload)
    }
    return keys.every((key) => run.ends(key).length >= 2) || null
  })
  await timed.advance(60_000)
  expect(fired.size).toBe(TASKS)
  expect(keys.map((key) => run.ends(key).map(({ state }) => state))).toEqual(keys.map(() => ['success', 'success']))
  const created = cluster.requests.list({ verb: 'create', resource: 'pods', subresource: '' })
  expect(created.filter(({ code }) => code === 201)).toHaveLength(2 * TASKS)
  expect(run.executor.slotsOccupied).toBe(0)
})
