import { configFromEnv, type TaskInstanceKey } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath, withQuery } from '../../support/api-paths.ts'
import { conformance } from '../../support/conformance.ts'
import { eventually } from '../../support/eventually.ts'
import { startExecutor } from '../../support/executor-run.ts'
import type { StoredPod } from '../../support/pods-by-api.ts'
import { scriptAnnotations } from '../../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../../support/scripted-workload.ts'
import { shellWorkload } from '../../support/shell-workload.ts'

// Those of Airflow's defects that a server must be asked about, and no other file is: docs/airflow-parity.md has them all.

/** Ids of which nothing, or not much, is left as a label or a name. */
const STRANGE = ['Компьютер', '影師嗎', '中華民國;$', '-', '🚀🚀', '__init__', '---task.id---', 'a b', 'ÀÉÎ'] as const

conformance('Airflow’s defects', { needs: ['scriptedPods'] }, (it) => {
  it.for(STRANGE)(
    'L17: ids of %s give a pod that the server takes, with the ids in full',
    async (id, { api, backend, namespace }) => {
      const key: TaskInstanceKey = { dagId: id, taskId: id, runId: id, tryNumber: 1, mapIndex: -1 }
      await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
      run.submit(scriptedWorkload(key, { hold: true }))
      await run.untilState(key, 'running')
      const { body } = await api.get<{ items: StoredPod[] }>(podsPath(namespace))
      expect(body.items.map(({ metadata }) => metadata.annotations)).toMatchObject([
        { dag_id: id, task_id: id, run_id: id, try_number: '1' },
      ])
      const [messages] = await run.executor.getTaskLog({ key, queuedByJobId: '1' }, 1)
      expect(messages.at(-1)).toBe('Found logs through kube API')
      await run.executor.revokeTask({ key, queuedByJobId: '1' })
    },
  )

  it('L25: a list of namespaces with blanks is watched in each of them', async ({
    backend,
    namespace,
    newNamespace,
  }) => {
    const second = await newNamespace()
    const config = configFromEnv({
      AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE: namespace,
      AIRFLOW__KUBERNETES_EXECUTOR__MULTI_NAMESPACE_MODE: 'True',
      AIRFLOW__KUBERNETES_EXECUTOR__MULTI_NAMESPACE_MODE_NAMESPACE_LIST: ` ${namespace} , ${second} ,`,
    })
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1', config })
    const keys = [namespace, second].map((_, index) => taskKey('each', { mapIndex: index }))
    const inNamespace = (name: string) => ({ namespace: name, annotations: scriptAnnotations({ runMs: 50 }) })
    run.submit(
      ...[namespace, second].map((name, index) => ({
        key: keys[index] ?? taskKey('none'),
        args: ['true'],
        executorConfig: { podOverride: { metadata: inNamespace(name) } },
      })),
    )
    await run.untilEnded(keys)
    expect(keys.map((key) => run.ends(key).map(({ state, launch }) => [state, launch?.namespace]))).toEqual([
      [['success', namespace]],
      [['success', second]],
    ])
  })

  it('L25: a namespace that is none is refused before anything starts', async ({ backend, namespace }) => {
    const config = { multiNamespaceMode: true, multiNamespaceModeNamespaceList: [namespace, ' b'] }
    const starting = startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1', config })
    await expect(starting).rejects.toThrow(
      'multiNamespaceModeNamespaceList: each must be a namespace: a DNS label; " b" is none',
    )
  })

  it('N5: every event of a task names the job, until its end', async ({ backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '41' })
    const key = taskKey('one')
    run.submit(scriptedWorkload(key, { runMs: 50 }))
    await run.untilEnded([key])
    const states = run.events(key).map(({ state, info }) => [state, info])
    expect(states.filter(([state]) => state !== 'success')).not.toEqual([])
    expect(states.filter(([state, info]) => state !== 'success' && info !== '41')).toEqual([])
  })

  it('L24: the pod that a task is not run in is named where one looks', async ({ api, backend, namespace }) => {
    const missing = '/nowhere/template.yaml'
    const key = taskKey('one')
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit({ key, args: ['true'], executorConfig: { podTemplateFile: missing } })
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject([
      { state: 'failed', failure: { message: `${missing}: the pod template does not exist` } },
    ])
    const { body } = await api.get<{ items: unknown[] }>(withQuery(podsPath(namespace), { limit: 1 }))
    expect(body.items).toEqual([])
  })
})

conformance('Airflow’s defects in logs', { runtime: 'process' }, (it) => {
  it('N6: a log that outgrows the tail is followed from its first line to its last, each once', async ({
    backend,
    namespace,
  }) => {
    const config = { runningPodLogLines: 3 }
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1', config })
    const key = taskKey('one')
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`)
    run.submit(shellWorkload(backend, key, 'for i in $(seq 60); do echo line $i; sleep 0.02; done; exit 3'))
    await run.untilState(key, 'running')
    const seen: string[] = []
    for await (const line of run.executor.streamTaskLog({ key, queuedByJobId: '1' }, 1)) seen.push(line)
    expect(seen).toEqual(lines)
    await run.untilEnded([key], { withinMs: 45_000 })
    // The other one is a tail, and its lines are the last at any time.
    await eventually(async () => {
      const [, [tail]] = await run.executor.getTaskLog({ key, queuedByJobId: '1' }, 1)
      return tail === lines.slice(-3).join('\n')
    })
  })
})
