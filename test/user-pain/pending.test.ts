import { podName } from '@davit/executor'
import { describe, expect, it } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import type { StoredPod } from '../support/pods-by-api.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster, type TimedCluster } from '../support/timed-cluster.ts'

const MINUTE_MS = 60_000
const key = taskKey('one')
const name = podName({ deployment: 'default', key, number: 1 })

async function pods({ api }: TimedCluster): Promise<readonly StoredPod[]> {
  return (await api.get<{ items: StoredPod[] }>(podsPath('default'))).body.items
}

describe('P9: pending', () => {
  it('P9 a: a node that comes after nine minutes, as an autoscaler said it would: the task runs', async () => {
    await using timed = await startTimedCluster()
    const { submit, ends, executor } = await timed.startExecutor()
    const workload = scriptedWorkload(key, { runMs: 1_000 })
    const { podOverride } = workload.executorConfig as { podOverride: object }
    const spec = { nodeSelector: { pool: 'scaled-up' } }
    submit({ ...workload, executorConfig: { podOverride: { ...podOverride, spec } } })
    await timed.advance(10_000)
    const [pod] = await pods(timed)
    const at = new Date(timed.clock.now()).toISOString()
    await timed.api.post('/api/v1/namespaces/default/events', {
      metadata: { name: 'scale-up' },
      involvedObject: { kind: 'Pod', namespace: 'default', name, uid: pod?.metadata.uid },
      type: 'Normal',
      reason: 'TriggeredScaleUp',
      message: 'pod triggered scale-up: [{pool 1->2 (max: 9)}]',
      firstTimestamp: at,
      lastTimestamp: at,
    })
    await timed.advance(8 * MINUTE_MS)
    expect(executor.waitingReason(key)).toMatch(
      /^unscheduled: 0\/1 nodes are available: .*; TriggeredScaleUp: pod triggered scale-up: \[\{pool 1->2 \(max: 9\)\}\]$/,
    )
    await timed.advance(MINUTE_MS - 10_000)
    expect(ends(key)).toEqual([])
    const labels = { metadata: { labels: { pool: 'scaled-up' } } }
    await timed.api.patch('/api/v1/nodes/davit-node', 'merge', labels)
    await timed.until(() => ends(key).length > 0, { withinMs: MINUTE_MS })
    expect(ends(key).map(({ state }) => state)).toEqual(['success'])
  })

  it('P9 b, c: a bad image and a missing ConfigMap fail within 30 s, in the words of registry and kubelet', async () => {
    await using timed = await startTimedCluster()
    const { submit, ends } = await timed.startExecutor()
    const [image, config, again] = [taskKey('image'), taskKey('config'), taskKey('in_grace')]
    submit(
      scriptedWorkload(image, { end: 'ErrImagePull' }),
      scriptedWorkload(config, { end: 'CreateContainerConfigError' }),
    )
    await using patient = await timed.startExecutor({
      jobId: '2',
      config: { fatalReasonGraceSeconds: { ErrImagePull: 25 } },
    })
    patient.submit(scriptedWorkload(again, { end: 'ErrImagePull' }))
    await timed.advance(20_000)
    expect(patient.ends(again)).toEqual([])
    await timed.advance(10_000)
    const failed = (message: string) => [
      { state: 'failed', failure: { class: 'config', message: expect.stringContaining(message) } },
    ]
    expect(ends(image)).toMatchObject(failed('busybox:1: not found'))
    expect(ends(config)).toMatchObject(failed('configmap "missing" not found'))
    expect(patient.ends(again)).toMatchObject(failed('busybox:1: not found'))
  })

  it('P9 d: a pull in back-off that heals: the task runs', async () => {
    await using timed = await startTimedCluster()
    const { submit, ends, executor } = await timed.startExecutor({
      config: { fatalReasonGraceSeconds: { ErrImagePull: 300 } },
    })
    submit(scriptedWorkload(key, { runMs: 1_000, end: 'ErrImagePull' }))
    // Until its second pull has failed, and it backs off from the third.
    await timed.advance(40_000)
    expect(executor.waitingReason(key)).toContain('pulling image: busybox:1 for container base: ')
    const heals = { metadata: { annotations: { 'script.davit/end': null } } }
    await timed.api.patch(podsPath('default', name), 'merge', heals)
    await timed.until(() => ends(key).length > 0, { withinMs: 6 * MINUTE_MS })
    expect(ends(key).map(({ state }) => state)).toEqual(['success'])
  })

  it('P9 e: deletions that fail while a pod is given up: its next try waits until it is gone, and nothing runs without an owner', async () => {
    await using timed = await startTimedCluster()
    const { submit, ends, executor } = await timed.startExecutor({ config: { unscheduledSeconds: 60 } })
    const refused = timed.cluster.faults.refuse({ match: { verb: 'delete', resource: 'pods' }, code: 500 })
    const workload = scriptedWorkload(key, { runMs: 600_000 })
    const { podOverride } = workload.executorConfig as { podOverride: object }
    submit({
      ...workload,
      executorConfig: { podOverride: { ...podOverride, spec: { nodeSelector: { pool: 'late' } } } },
    })
    await timed.until(() => ends(key).length > 0, { withinMs: 2 * MINUTE_MS })
    expect(ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'capacity' } }])

    const second = { ...key, tryNumber: 2 }
    submit(scriptedWorkload(second, { runMs: 1_000 }))
    // The first pod gets its node after all, and runs although it was given up.
    await timed.api.patch('/api/v1/nodes/davit-node', 'merge', { metadata: { labels: { pool: 'late' } } })
    await timed.advance(2 * MINUTE_MS)
    expect((await pods(timed)).map(({ metadata, status }) => [metadata.name, status.phase])).toEqual([
      [name, 'Running'],
    ])
    expect(executor.waitingReason(second)).toBe(
      `an earlier pod of the task must go first: default/${name} is being deleted`,
    )

    refused.undo()
    await timed.until(() => ends(second).length > 0, { withinMs: 5 * MINUTE_MS })
    expect(ends(second).map(({ state }) => state)).toEqual(['success'])
    await timed.advance(MINUTE_MS)
    expect(await pods(timed)).toEqual([])
  })
})
