import { podName } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createdPods } from '../support/created-pods.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import { readPod, untilGone, untilPhase } from '../support/pods-by-api.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'

const key = taskKey('one')
const nameOf = (task: typeof key, number = 1) => podName({ deployment: 'default', key: task, number })

conformance('the executor and the next pod of a task', { needs: ['scriptedPods', 'requestLog'] }, (it) => {
  it('gives a further try a pod of its own, and keeps the one that failed', async ({ api, backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    const second = taskKey('one', { tryNumber: 2 })
    run.submit(scriptedWorkload(key, { runMs: 10, exitCode: 1 }))
    await run.untilEnded([key])
    run.submit(scriptedWorkload(second, { runMs: 10 }))
    await run.untilEnded([second])
    expect([key, second].map((task) => run.ends(task).map(({ state }) => state))).toEqual([['failed'], ['success']])
    await untilGone(api, namespace, nameOf(second))
    const kept = await eventually(async () => {
      const pod = await readPod(api, namespace, nameOf(key))
      return pod?.metadata.labels?.airflow_executor_done === 'True' ? pod : null
    })
    expect(kept.metadata.annotations?.try_number).toBe('1')
    const created = (await createdPods(backend, namespace, 2)).map(({ name }) => name)
    expect(created).toEqual([nameOf(key), nameOf(second)])
  })

  it('launches the same try again while its failed pod is kept, under the next number', async ({
    api,
    backend,
    namespace,
  }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit(scriptedWorkload(key, { runMs: 10, exitCode: 1 }))
    await run.untilEnded([key])
    await eventually(async () => (await readPod(api, namespace, nameOf(key)))?.metadata.labels?.airflow_executor_done)
    run.submit(scriptedWorkload(key, { runMs: 10 }))
    await eventually(() => run.ends(key).length === 2)
    expect(run.ends(key).map(({ state, launch }) => [state, launch?.podName])).toEqual([
      ['failed', nameOf(key)],
      ['success', nameOf(key, 2)],
    ])
  })

  it('launches an evicted task again, as the same try, without an event', async ({ api, backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit(scriptedWorkload(key, { hold: true }))
    await untilPhase(api, namespace, nameOf(key), 'Running')
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: nameOf(key), namespace } }
    expect((await api.post(podsPath(namespace, nameOf(key), 'eviction'), eviction)).status).toBe(201)
    const again = await untilPhase(api, namespace, nameOf(key, 2), 'Running')
    expect(again.metadata.annotations).toMatchObject({ task_id: 'one', try_number: '1' })
    expect(run.ends(key)).toEqual([])
  })

  it('gives a task up that the cluster has ended too often, and keeps count of its pods', async ({
    backend,
    namespace,
  }) => {
    const config = { infrastructureRetries: 1 }
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1', config })
    run.submit(scriptedWorkload(key, { runMs: 10, end: 'Evicted' }))
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject([
      {
        state: 'failed',
        failure: { class: 'disruption', evidence: 'status.reason=Evicted' },
        launch: { podName: nameOf(key, 2), number: 2 },
      },
    ])
    const created = (await createdPods(backend, namespace, 2)).map(({ name }) => name)
    expect(created).toEqual([nameOf(key), nameOf(key, 2)])
  })
})
