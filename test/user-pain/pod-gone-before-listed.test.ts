import { expect, it } from 'vitest'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'

it('I7: a pod that came and went while the watch was blind is missed at the next list', async () => {
  await using timed = await startTimedCluster()
  const { cluster, api } = timed
  const { submit, ends } = await timed.startExecutor()
  const key = taskKey('unseen')
  const blind = cluster.faults.stallWatches()
  submit(scriptedWorkload(key, { hold: true }))
  await timed.advance(10_000)
  const path = '/api/v1/namespaces/default/pods'
  const { items } = (await api.get<{ items: { metadata: { name: string } }[] }>(path)).body
  expect(items).toHaveLength(1)
  await api.delete(`${path}/${items[0]?.metadata.name}`, { gracePeriodSeconds: 0 })
  // Nothing of it can be read any more: the watch, opened anew, is told 410, and lists.
  cluster.faults.compact()
  cluster.faults.dropWatches()
  blind.undo()
  await timed.until(() => ends(key).length === 1, { withinMs: 30_000 })
  expect(ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'unknown' } }])
})
