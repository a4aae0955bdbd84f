import type { KubeClient } from '@davit/executor'
import { expect, it } from 'vitest'
import { scriptAnnotations } from '../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { tamperedWatches, type WatchCounts } from '../support/tampered-watches.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'

const PODS = { resource: 'pods', subresource: '' } as const

// 30 live pods and a task a second for 5 minutes, not 10,000 and 20: what is asked does not depend on how many there are.
it('P12 a: a steady load: one watch, one list in five minutes, no look at single pods, two requests a task', async () => {
  await using timed = await startTimedCluster()
  let counts: WatchCounts | undefined
  const run = await timed.startExecutor({
    parallelism: 1_000,
    wrapKube(kube: KubeClient) {
      const tampered = tamperedWatches(kube)
      counts = tampered.counts
      return tampered.kube
    },
  })
  const live = Array.from({ length: 30 }, (_, mapIndex) => taskKey('live', { mapIndex }))
  run.submit(...live.map((key) => scriptedWorkload(key, { hold: true })))
  await timed.advance(10_000)
  timed.cluster.requests.clear()
  const tasks = Array.from({ length: 300 }, (_, mapIndex) => taskKey('steady', { mapIndex }))
  for (let second = 0; second < 300; second++) {
    run.submit(...tasks.slice(second, second + 1).map((key) => scriptedWorkload(key, { runMs: 3_000 })))
    await timed.advance(1_000)
  }
  await timed.advance(10_000)
  expect(tasks.filter((key) => run.ends(key).length !== 1)).toEqual([])
  const asked = (verb: string) =>
    timed.cluster.requests.count(
      ({ userAgent, ...request }) => userAgent.startsWith('davit-job') && request.verb === verb,
    )
  // Beside the first: that of ended pods of dead owners, each `orphanedTasksCheckInterval`.
  expect(counts).toMatchObject({ lists: 2, watches: 1, mostOpen: 1 })
  expect([asked('list'), asked('get'), asked('patch')]).toEqual([1, 0, 0])
  expect([asked('create'), asked('delete')]).toEqual([tasks.length, tasks.length])
})

it('P12 b: nothing can be scheduled: pending pods never exceed the slots, and hardly anything is asked while they wait', async () => {
  await using timed = await startTimedCluster()
  const run = await timed.startExecutor({ parallelism: 50, config: { unscheduledSeconds: 0 } })
  const tasks = Array.from({ length: 200 }, (_, mapIndex) => taskKey('stuck', { mapIndex }))
  const podOverride = {
    metadata: { annotations: scriptAnnotations({ runMs: 1_000 }) },
    spec: { nodeSelector: { 'no-node': 'has-this' } },
  }
  run.submit(...tasks.map((key) => ({ key, args: ['true'], executorConfig: { podOverride } })))
  await timed.advance(60_000)
  const created = () => timed.cluster.requests.count({ ...PODS, verb: 'create' })
  expect(created()).toBe(50)
  timed.cluster.requests.clear()
  await timed.advance(10 * 60_000)
  const asked = timed.cluster.requests.list(({ userAgent }) => userAgent.startsWith('davit-job'))
  const count = (verb: string, resource: string) =>
    asked.filter((request) => request.verb === verb && request.resource === resource).length
  expect(count('list', 'pods')).toBeLessThanOrEqual(2)
  // Why each of them is pending, for people.
  expect(count('list', 'events')).toBeLessThanOrEqual(2 * 50)
  // The server ends a watch after five to ten minutes.
  expect(count('watch', 'pods')).toBeLessThanOrEqual(2)
  expect(asked.length).toBe(count('list', 'pods') + count('list', 'events') + count('watch', 'pods'))
})
