import { podName } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { clusterWideExecutor } from '../support/cluster-wide-executor.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import { readPod, untilGone } from '../support/pods-by-api.ts'
import { type PodScript, scriptAnnotations } from '../support/scripted-pod.ts'
import { taskKey } from '../support/scripted-workload.ts'

const nameOf = (key: ReturnType<typeof taskKey>) => podName({ deployment: 'default', key, number: 1 })

/** A task whose pod is in this namespace. */
const workloadIn = (namespace: string, key: ReturnType<typeof taskKey>, script: PodScript) => ({
  key,
  args: ['true'],
  executorConfig: { podOverride: { metadata: { namespace, annotations: scriptAnnotations(script) } } },
})

conformance('the executor in several namespaces', { needs: ['scriptedPods'] }, (it) => {
  it('launches, sees the end, reads the log, deletes and revokes in each of its list', async ({
    api,
    backend,
    namespace,
    newNamespace,
  }) => {
    const [second, third] = [await newNamespace(), await newNamespace()]
    const list = [namespace, second, third]
    const config = { multiNamespaceMode: true, multiNamespaceModeNamespaceList: list }
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1', config })
    const keys = list.map((_, index) => taskKey('each', { mapIndex: index }))
    run.submit(...keys.map((key, index) => workloadIn(list[index] ?? '', key, { runMs: 100, exitCode: index % 2 })))
    const held = taskKey('held')
    run.submit(workloadIn(third, held, { hold: true }))

    await run.untilEnded(keys)
    expect(keys.map((key) => run.ends(key).map(({ state, launch }) => [state, launch?.namespace]))).toEqual([
      [['success', namespace]],
      [['failed', second]],
      [['success', third]],
    ])
    for (const index of [0, 2]) await untilGone(api, list[index] ?? '', nameOf(taskKey('each', { mapIndex: index })))
    await eventually(async () => {
      const kept = await readPod(api, second, nameOf(taskKey('each', { mapIndex: 1 })))
      return kept?.metadata.labels?.airflow_executor_done === 'True'
    })

    await run.untilState(held, 'running')
    const [, logs] = await run.executor.getTaskLog({ key: held, queuedByJobId: '1' }, 1)
    expect(logs.join('')).not.toBe('')
    await run.executor.revokeTask({ key: held, queuedByJobId: '1' })
    await untilGone(api, third, nameOf(held))
    expect(run.ends(held)).toEqual([])
  })

  it('adopts in each of its list, and finds the logs there', async ({ api, backend, namespace, newNamespace }) => {
    const list = [namespace, await newNamespace()]
    const kubeconfig = backend.executorKubeconfig
    const config = { multiNamespaceMode: true, multiNamespaceModeNamespaceList: list }
    const keys = list.map((_, index) => taskKey('left', { mapIndex: index }))
    {
      await using first = await startExecutor({ kubeconfig, namespace, jobId: '1', config })
      first.submit(...keys.map((key, index) => workloadIn(list[index] ?? '', key, { hold: true })))
      for (const key of keys) await first.untilState(key, 'running')
    }
    await using second = await startExecutor({ kubeconfig, namespace, jobId: '2', config })
    const [, logs] = await second.executor.getTaskLog({ key: taskKey('left', { mapIndex: 1 }), queuedByJobId: '1' }, 1)
    expect(logs.join('')).not.toBe('')
    const orphans = keys.map((key) => ({ key, queuedByJobId: '1' }))
    expect(await second.executor.tryAdoptTaskInstances(orphans)).toEqual([])
    const owners = await Promise.all(
      keys.map(async (key, index) => (await readPod(api, list[index] ?? '', nameOf(key)))?.metadata.labels),
    )
    expect(owners.map((labels) => labels?.['airflow-worker'])).toEqual(['2', '2'])
    for (const key of keys) expect(second.executor.hasTask(key)).toBe(true)
  })

  it('fails a task whose pod would be elsewhere, and names its list', async ({
    api,
    backend,
    namespace,
    newNamespace,
  }) => {
    const [second, elsewhere] = [await newNamespace(), await newNamespace()]
    const config = { multiNamespaceMode: true, multiNamespaceModeNamespaceList: [namespace, second] }
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1', config })
    const key = taskKey('stray')
    run.submit(workloadIn(elsewhere, key, {}))
    await run.untilEnded([key])
    const [end] = run.ends(key)
    expect(end).toMatchObject({ state: 'failed', failure: { class: 'config' } })
    for (const name of [elsewhere, namespace, second]) expect(end?.failure?.message).toContain(name)
    expect((await api.get<{ items: unknown[] }>(podsPath(elsewhere))).body.items).toEqual([])
  })

  it('watches all of the cluster without a list, namespaces that come later too', async ({
    api,
    backend,
    namespace,
    newNamespace,
  }) => {
    const kubeconfig = await clusterWideExecutor(api, backend, namespace)
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', config: { multiNamespaceMode: true } })
    await run.executor.settled()
    const later = await newNamespace()
    const keys = [namespace, later].map((_, index) => taskKey('any', { mapIndex: index }))
    run.submit(...keys.map((key, index) => workloadIn([namespace, later][index] ?? '', key, { runMs: 100 })))
    await run.untilEnded(keys)
    expect(keys.map((key) => run.ends(key).map(({ state, launch }) => [state, launch?.namespace]))).toEqual([
      [['success', namespace]],
      [['success', later]],
    ])
    for (const [index, key] of keys.entries()) await untilGone(api, [namespace, later][index] ?? '', nameOf(key))
  })
})
