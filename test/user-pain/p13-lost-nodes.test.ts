import { podName } from '@davit/executor'
import { describe, expect, it } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import type { StoredPod } from '../support/pods-by-api.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster, type TimedCluster } from '../support/timed-cluster.ts'

const MINUTE_MS = 60_000
/** How long pods tolerate a node that does not answer. */
const TOLERATED_MS = 5 * MINUTE_MS
const key = taskKey('one')
const nameOf = (number: number) => podName({ deployment: 'default', key, number })
const path = podsPath('default', nameOf(1))

async function pods({ api }: TimedCluster): Promise<readonly StoredPod[]> {
  return (await api.get<{ items: StoredPod[] }>(podsPath('default'))).body.items
}

const names = async (timed: TimedCluster) => (await pods(timed)).map(({ metadata }) => metadata.name)

/** A task runs, and its node is heard of no more until its pod is being deleted, and should be gone. */
async function loseNode() {
  const timed = await startTimedCluster()
  const executor = await timed.startExecutor()
  executor.submit(scriptedWorkload(key, { hold: true }))
  await timed.until(() => executor.events(key).some(({ state }) => state === 'running'))
  timed.cluster.faults.setNodeReady('Unknown')
  await timed.advance(TOLERATED_MS + 2 * MINUTE_MS)
  expect((await pods(timed))[0]?.metadata.deletionTimestamp).toBeDefined()
  return { timed, ...executor, [Symbol.asyncDispose]: () => timed[Symbol.asyncDispose]() }
}

describe('P13: lost nodes', () => {
  it('P13 a: nothing is launched while a node that does not answer may run the pod, and it is said what helps', async () => {
    await using lost = await loseNode()
    const { timed, ends, executor } = lost
    await timed.advance(60 * MINUTE_MS)
    expect([await names(timed), ends(key)]).toEqual([[nameOf(1)], []])
    expect(executor.waitingReason(key)).toContain('node davit-node does not confirm it: the pod may still run there')
    expect(executor.waitingReason(key)).toContain(`kubectl delete pod -n default ${nameOf(1)} --grace-period=0 --force`)
  })

  it('P13 b: once the pod is deleted by force a successor starts, of the same try, within 30 s', async () => {
    await using lost = await loseNode()
    const { timed, ends, executor } = lost
    await timed.api.delete(withQuery(path, { gracePeriodSeconds: 0 }))
    await timed.until(async () => (await names(timed)).includes(nameOf(2)), { withinMs: 30_000 })
    expect([await names(timed), ends(key)]).toEqual([[nameOf(2)], []])
    expect(executor.waitingReason(key)).toMatch(/^unscheduled: 0\/1 nodes are available/)
    timed.cluster.faults.setNodeReady(true)
    await timed.until(async () => (await pods(timed))[0]?.status.phase === 'Running')
  })

  it('P13 b: the same once the node is taken out of service', async () => {
    await using lost = await loseNode()
    const { timed, ends } = lost
    const taint = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }
    const { body } = await timed.api.get<{ spec: { taints?: object[] } }>('/api/v1/nodes/davit-node')
    await timed.api.patch('/api/v1/nodes/davit-node', 'merge', {
      spec: { taints: [...(body.spec.taints ?? []), taint] },
    })
    await timed.until(async () => (await names(timed)).includes(nameOf(2)), { withinMs: MINUTE_MS })
    expect([await names(timed), ends(key)]).toEqual([[nameOf(2)], []])
  })

  it('P13 c: a node that comes back ends the pod, and the try goes on with a new launch', async () => {
    await using lost = await loseNode()
    const { timed, ends } = lost
    timed.cluster.faults.setNodeReady(true)
    await timed.until(async () => (await names(timed)).includes(nameOf(2)), { withinMs: 2 * MINUTE_MS })
    const all = await pods(timed)
    expect(all.filter(({ status }) => status.phase === 'Running' || status.phase === 'Pending')).toHaveLength(1)
    expect(ends(key)).toEqual([])
  })

  it('P13 c: a task that ended well while its node was not heard of has succeeded, once', async () => {
    await using timed = await startTimedCluster()
    const { submit, ends, events } = await timed.startExecutor()
    submit(scriptedWorkload(key, { runMs: 2 * MINUTE_MS }))
    await timed.until(() => events(key).some(({ state }) => state === 'running'))
    timed.cluster.faults.setNodeReady('Unknown')
    await timed.advance(4 * MINUTE_MS)
    expect(ends(key)).toEqual([])
    timed.cluster.faults.setNodeReady(true)
    await timed.until(() => ends(key).length > 0, { withinMs: MINUTE_MS })
    await timed.advance(10 * MINUTE_MS)
    expect(ends(key)).toMatchObject([{ state: 'success', launch: { number: 1 } }])
  })

  it('P13 d: the finalizer of somebody else keeps a pod, and not its task: one that cannot run any more is replaced', async () => {
    await using timed = await startTimedCluster()
    const { submit, ends } = await timed.startExecutor()
    const metadata = { finalizers: ['example.com/keep'] }
    const spec = { nodeSelector: { pool: 'none' } }
    submit({ key, args: ['true'], executorConfig: { podOverride: { metadata, spec } } })
    await timed.until(async () => (await names(timed)).includes(nameOf(1)))
    await timed.api.delete(path)
    await timed.until(async () => (await names(timed)).includes(nameOf(2)), { withinMs: MINUTE_MS })
    expect(await names(timed)).toEqual(expect.arrayContaining([nameOf(1), nameOf(2)]))
    expect(ends(key)).toEqual([])
  })
})
