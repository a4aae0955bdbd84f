import { annotationsToKey, type TaskInstanceKey, taskInstanceKeyText } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath } from '../../support/api-paths.ts'
import { conformance } from '../../support/conformance.ts'
import { startExecutor } from '../../support/executor-run.ts'
import { createPod, type StoredPod } from '../../support/pods-by-api.ts'
import { scriptedWorkload } from '../../support/scripted-workload.ts'
import { unboundPod } from '../../support/test-pod.ts'

// As it was set; the million of random pairs is with the names, in packages/executor/test/pods/launch-name.test.ts.

const long = 'x'.repeat(249)
const IDS: readonly (readonly [dagId: string, taskId: string])[] = [
  [`${long}a`, `${long}b`],
  [`${long}a`, `${long}c`],
  ['Sales', 'Extract'],
  ['sales', 'extract'],
  ['SALES', 'EXTRACT'],
  ['sales-', 'extract'],
  ['sales', '-extract'],
  ['sales--', '--extract--'],
  ['sales.extract', 'x'],
  ['sales', 'extract.x'],
  ['niedołężność', 'Компьютер'],
  ['影師嗎', '中華民國;$'],
  ['🚀', '🚀🚀'],
]

conformance('names and labels', { needs: ['scriptedPods'] }, (it) => {
  it('P20: ids of every kind run, each under a name of its own that leads back to it, beside a pod that is of no task', async ({
    api,
    backend,
    namespace,
  }) => {
    const keys = IDS.map(
      ([dagId, taskId]): TaskInstanceKey => ({ dagId, taskId, runId: 'manual__1', tryNumber: 1, mapIndex: -1 }),
    )
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    const labels = { 'airflow-worker': '1', kubernetes_executor: 'True' }
    const { metadata, ...rest } = unboundPod('of-no-task')
    await createPod(api, namespace, { ...rest, metadata: { ...metadata, labels } })
    run.submit(...keys.map((key) => scriptedWorkload(key, { hold: true })))
    for (const key of keys) await run.untilState(key, 'running')

    expect(run.executor.state.poisonPods.map(({ pod }) => pod)).toEqual(['of-no-task'])
    const { body } = await api.get<{ items: StoredPod[] }>(podsPath(namespace))
    const ours = body.items.filter((pod) => pod.metadata.name !== 'of-no-task')
    const read = ours.map(({ metadata: { annotations } }) => annotationsToKey(annotations))
    const asText = (key: unknown) => taskInstanceKeyText(key as TaskInstanceKey)
    expect(read.map(asText).sort()).toEqual(keys.map(asText).sort())
    expect(new Set(ours.map((pod) => pod.metadata.name)).size).toBe(keys.length)
    const selected = await Promise.all(
      keys.map((key) => run.executor.getTaskLog({ key, queuedByJobId: '1' }, 1).then(([messages]) => messages.at(-1))),
    )
    expect(new Set(selected)).toEqual(new Set(['Found logs through kube API']))
    for (const key of keys) await run.executor.revokeTask({ key, queuedByJobId: '1' })
  })
})
