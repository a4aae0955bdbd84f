import { podName } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { startExecutor } from '../support/executor-run.ts'
import { witnessPods } from '../support/pod-witness.ts'
import { readPod, untilGone, untilPhase } from '../support/pods-by-api.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'

const key = taskKey('one')
const name = podName({ deployment: 'default', key, number: 1 })

conformance('the executor that revokes a task', { needs: ['scriptedPods'] }, (it) => {
  it('L14: launches nothing for one that has waited for a slot', async ({ api, backend, namespace }) => {
    using witness = await witnessPods(api, namespace)
    const { executorKubeconfig: kubeconfig } = backend
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', parallelism: 1 })
    const first = taskKey('first')
    run.submit(scriptedWorkload(first, { hold: true }), scriptedWorkload(key, { runMs: 10 }))
    await run.untilState(first, 'running')
    await run.executor.revokeTask({ key, queuedByJobId: '1' })
    await run.executor.revokeTask({ key: first, queuedByJobId: '1' })
    const last = taskKey('last')
    run.submit(scriptedWorkload(last, { runMs: 10 }))
    await run.untilEnded([last])
    const created = [first, last].map((task) => podName({ deployment: 'default', key: task, number: 1 }))
    expect(await witness.createdNames()).toEqual(created.toSorted())
    expect([run.events(key), run.ends(first)]).toEqual([[], []])
  })

  it('takes the pod of one away that has no node yet', async ({ api, backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    const spec = { nodeSelector: { 'davit.test/nowhere': 'true' } }
    run.submit({ key, args: ['true'], executorConfig: { podOverride: { spec } } })
    await untilPhase(api, namespace, name, 'Pending')
    await run.executor.revokeTask({ key, queuedByJobId: '1' })
    await untilGone(api, namespace, name)
    expect(run.executor.hasTask(key)).toBe(false)
    expect(run.ends(key)).toEqual([])
  })

  it('marks a pod as revoked before it deletes it, so that others know', async ({ api, backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit(scriptedWorkload(key, { hold: true }))
    await run.untilState(key, 'running')
    const { resourceVersion } = (await readPod(api, namespace, name))?.metadata ?? {}
    using watch = api.watch(withQuery(podsPath(namespace), { watch: true, resourceVersion: resourceVersion ?? '' }))
    await run.executor.revokeTask({ key, queuedByJobId: '1' })
    const { object: marked } = await watch.next()
    expect([marked.metadata.labels?.airflow_pod_revoked, marked.metadata.deletionTimestamp]).toEqual([
      'True',
      undefined,
    ])
    const { object: deleted } = await watch.next()
    expect(deleted.metadata.deletionTimestamp).toBeDefined()
    await untilGone(api, namespace, name)
  })

  it('takes away what an executor before it has left', async ({ api, backend, namespace }) => {
    const { executorKubeconfig: kubeconfig } = backend
    {
      await using first = await startExecutor({ kubeconfig, namespace, jobId: '1' })
      first.submit(scriptedWorkload(key, { hold: true }))
      await first.untilState(key, 'running')
    }
    await using second = await startExecutor({ kubeconfig, namespace, jobId: '2' })
    const other = taskKey('other')
    second.submit(scriptedWorkload(other, { hold: true }))
    await second.untilState(other, 'running')
    await second.executor.revokeTask({ key, queuedByJobId: '1' })
    await untilGone(api, namespace, name)
    expect(second.executor.hasTask(other)).toBe(true)
    expect(second.events(key)).toEqual([])
  })

  it('is too late for one that has ended', async ({ api, backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit(scriptedWorkload(key, { runMs: 10 }))
    await run.untilEnded([key])
    await run.executor.revokeTask({ key, queuedByJobId: '1' })
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
    await untilGone(api, namespace, name)
  })

  it('leaves a pod of the same task and another owner alone', async ({ api, backend, namespace }) => {
    const { executorKubeconfig: kubeconfig } = backend
    await using owner = await startExecutor({ kubeconfig, namespace, jobId: '1' })
    owner.submit(scriptedWorkload(key, { hold: true }))
    await owner.untilState(key, 'running')
    await using other = await startExecutor({ kubeconfig, namespace, jobId: '2' })
    await other.executor.revokeTask({ key, queuedByJobId: '3' })
    await other.executor.settled()
    const pod = await readPod(api, namespace, name)
    expect([pod?.status.phase, pod?.metadata.deletionTimestamp]).toEqual(['Running', undefined])
    expect(owner.executor.hasTask(key)).toBe(true)
  })
})
