import { type LaunchNameOptions, launchId, podName } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import type { StartedBackend } from '../support/backend.ts'
import { conformance } from '../support/conformance.ts'
import { createdPods } from '../support/created-pods.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import { createPod, readPod, untilPhase } from '../support/pods-by-api.ts'
import { enforceQuota } from '../support/resource-quota.ts'
import { type PodScript, scriptAnnotations, scriptedPod } from '../support/scripted-pod.ts'
import { taskKey } from '../support/scripted-workload.ts'

const key = taskKey('one')
const launch: LaunchNameOptions = { deployment: 'default', key, number: 1 }
const name = podName(launch)
const FINALIZER = 'davit.test/keep'

const workload = (script: PodScript, metadata: object = {}) => ({
  key,
  args: ['true'],
  executorConfig: { podOverride: { metadata: { annotations: scriptAnnotations(script), ...metadata } } },
})

/** Launches the task by an executor that is gone when its pod runs; resolves to the pod's uid. */
async function launchAndGo(
  { executorKubeconfig: kubeconfig }: StartedBackend,
  namespace: string,
  work: ReturnType<typeof workload>,
): Promise<void> {
  await using run = await startExecutor({ kubeconfig, namespace, jobId: '1' })
  run.submit(work)
  await run.untilState(key, 'running')
  await run.stop('terminate')
}

conformance('I1: a create that is repeated by another executor', { needs: ['scriptedPods', 'requestLog'] }, (it) => {
  it('takes the pod of the launch that is alive', async ({ api, backend, namespace }) => {
    await launchAndGo(backend, namespace, workload({ hold: true }))
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '2' })
    run.submit(workload({ hold: true }))
    await run.untilState(key, 'running')
    const created = await createdPods(backend, namespace, 1)
    const pod = await readPod(api, namespace, name)
    expect(created.map(({ uid }) => uid)).toEqual([pod?.metadata.uid])
    expect(pod?.metadata.labels?.['airflow-worker']).toBe('2')
  })

  it('takes the outcome of the pod of the launch that has ended', async ({ api, backend, namespace }) => {
    await launchAndGo(backend, namespace, workload({ runMs: 500, exitCode: 3 }))
    await untilPhase(api, namespace, name, 'Failed')
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '2' })
    run.submit(workload({ runMs: 500 }))
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject([{ state: 'failed', outcome: { exitCode: 3 } }])
    expect(await createdPods(backend, namespace, 1)).toHaveLength(1)
  })

  it('waits for the pod of the launch that is being deleted, then makes the same one again', async ({
    api,
    backend,
    namespace,
  }) => {
    await launchAndGo(backend, namespace, workload({ hold: true }, { finalizers: [FINALIZER] }))
    const uid = (await readPod(api, namespace, name))?.metadata.uid
    await api.delete(podsPath(namespace, name))
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '2' })
    run.submit(workload({ runMs: 10 }))
    await eventually(() =>
      run.executor.waitingReason(key)?.includes(`(uid ${uid}) of this launch is still being deleted`),
    )
    await api.patch(podsPath(namespace, name), 'json', [{ op: 'remove', path: '/metadata/finalizers' }])
    await run.untilEnded([key])
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
    const created = await createdPods(backend, namespace, 2)
    expect(created.map((pod) => pod.name)).toEqual([name, name])
    expect(created[0]?.uid).toBe(uid)
  })

  it('leaves a pod of someone else alone, and fails with both ids', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, scriptedPod(name, { hold: true }))
    const before = await readPod(api, namespace, name)
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit(workload({ runMs: 10 }))
    await run.untilEnded([key])
    const [end] = run.ends(key)
    expect(end).toMatchObject({ state: 'failed', failure: { class: 'config' } })
    expect(end?.failure?.message).toContain(launchId(launch))
    expect(end?.failure?.message).toContain(before?.metadata.uid)
    const after = await readPod(api, namespace, name)
    expect([after?.metadata.uid, after?.metadata.labels, after?.metadata.deletionTimestamp]).toEqual([
      before?.metadata.uid,
      before?.metadata.labels,
      undefined,
    ])
  })

  it('finds the pod of the launch also when a quota that it has used up refuses the create', async ({
    api,
    backend,
    namespace,
  }) => {
    await enforceQuota(api, namespace, { pods: '1' })
    await launchAndGo(backend, namespace, workload({ hold: true }))
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '2' })
    run.submit({ ...workload({ hold: true }), launchNumber: 1 })
    await run.untilState(key, 'running')
    const refused = (await backend.podRequests()).filter(
      (each) => each.verb === 'create' && each.namespace === namespace && each.code === 403,
    )
    expect(refused).toHaveLength(1)
    expect(await createdPods(backend, namespace, 1)).toHaveLength(1)
  })
})
