import { podName, type QueuedWorkload } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import { createPod, readPod, untilGone, untilPhase } from '../support/pods-by-api.ts'
import { type PodScript, scriptAnnotations, scriptedPod } from '../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'

const key = taskKey('one')
const name = podName({ deployment: 'default', key, number: 1 })

/** What a node of kwok prints, whatever is asked of it. */
const lines = ['first line of a scripted container', 'second line of a scripted container']

function talkingWorkload(script: PodScript): QueuedWorkload {
  const annotations = { ...scriptAnnotations(script), 'script.davit/log': `${lines.join('\n')}\n` }
  return { key, args: ['true'], executorConfig: { podOverride: { metadata: { annotations } } } }
}

conformance('the executor and one task', { needs: ['scriptedPods'] }, (it) => {
  it('reports it queued, running and done, and deletes its pod', async ({ api, backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '7' })
    run.submit(scriptedWorkload(key, { runMs: 1_000 }))
    const { metadata, spec } = await untilPhase(api, namespace, name, 'Running')
    expect(metadata.labels).toMatchObject({
      dag_id: 'conformance',
      task_id: 'one',
      try_number: '1',
      kubernetes_executor: 'True',
      'airflow-worker': '7',
      'davit-deployment': 'default',
    })
    expect(metadata.annotations).toMatchObject({ dag_id: 'conformance', task_id: 'one', run_id: key.runId })
    expect([spec?.restartPolicy, spec?.containers[0]?.args]).toEqual(['Never', ['true']])
    await run.untilEnded([key])
    const states = run.events(key).map(({ state }) => state)
    expect(states.at(-1)).toBe('success')
    expect(states.slice(0, -1)).toEqual(['queued', 'running'].filter((state) => states.includes(state)))
    expect(run.ends(key)[0]).toMatchObject({ launch: { podName: name, namespace, uid: metadata.uid } })
    await untilGone(api, namespace, name)
  })

  it('reports the exit code of a task that failed, and keeps its pod', async ({ api, backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '7' })
    run.submit(scriptedWorkload(key, { runMs: 10, exitCode: 42 }))
    await run.untilEnded([key])
    const [end] = run.ends(key)
    expect(end).toMatchObject({
      state: 'failed',
      failure: { class: 'user', evidence: 'status.containerStatuses[0].state.terminated.exitCode=42' },
    })
    await run.executor.settled()
    const pod = await eventually(async () => {
      const found = await readPod(api, namespace, name)
      return found?.metadata.labels?.airflow_executor_done === 'True' ? found : null
    })
    expect(pod.status.phase).toBe('Failed')
  })

  it('takes a revoked task away, without an event', async ({ api, backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '7' })
    run.submit(scriptedWorkload(key, { hold: true }))
    await run.untilState(key, 'running')
    await run.executor.revokeTask({ key, queuedByJobId: '7' })
    await untilGone(api, namespace, name)
    await run.executor.settled()
    expect(run.ends(key)).toEqual([])
    expect(run.executor.hasTask(key)).toBe(false)
  })

  it('reads the log of its pod', async ({ backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '7' })
    run.submit(talkingWorkload({ hold: true }))
    await run.untilState(key, 'running')
    const [, logs] = await run.executor.getTaskLog({ key, queuedByJobId: '7' }, 1)
    expect(logs.join('\n').trimEnd().split('\n')).toEqual(lines)
  })

  it('leaves a foreign pod of the same name alone, and fails the launch', async ({ api, backend, namespace }) => {
    const foreign = await createPod(api, namespace, scriptedPod(name, { hold: true }))
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '7' })
    run.submit(scriptedWorkload(key, { runMs: 10 }))
    await run.untilEnded([key])
    const [end] = run.ends(key)
    expect(end?.state).toBe('failed')
    const { uid } = foreign.metadata
    expect(end?.failure).toMatchObject({ class: 'config', message: expect.stringContaining(`uid ${uid}`) })
    expect(end?.failure?.message).toContain(`launch ${end?.launch?.id}`)
    const after = await readPod(api, namespace, name)
    expect([after?.metadata.uid, after?.metadata.deletionTimestamp]).toEqual([foreign.metadata.uid, undefined])
  })

  it('fails a task whose pod the server refuses, with the field', async ({ backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '7' })
    const spec = { nodeSelector: { 'a b': 'c' } }
    run.submit({ key, args: ['true'], executorConfig: { podOverride: { spec } } })
    await run.untilEnded([key])
    const [end] = run.ends(key)
    expect(end).toMatchObject({ state: 'failed', failure: { class: 'config' } })
    expect(`${end?.failure?.evidence} ${end?.failure?.message}`).toContain('spec.nodeSelector')
  })

  it('launches again, as the same try, when somebody else deletes a pod that runs', async ({
    api,
    backend,
    namespace,
  }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '7' })
    run.submit(scriptedWorkload(key, { hold: true }))
    await untilPhase(api, namespace, name, 'Running')
    await run.untilState(key, 'running')
    await api.delete(podsPath(namespace, name))
    const again = podName({ deployment: 'default', key, number: 2 })
    const { metadata } = await untilPhase(api, namespace, again, 'Running')
    expect(metadata.annotations).toMatchObject({ task_id: 'one', try_number: '1' })
    expect(await readPod(api, namespace, name)).toBeNull()
    expect(run.ends(key)).toEqual([])
  })
})

conformance('the executor and a log that grows', { needs: ['scriptedPods', 'followedLogs'] }, (it) => {
  it('follows it until the container ends', async ({ backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '7' })
    run.submit(talkingWorkload({ runMs: 1_000 }))
    await run.untilState(key, 'running')
    const followed: string[] = []
    for await (const line of run.executor.streamTaskLog({ key, queuedByJobId: '7' }, 1)) followed.push(line.trimEnd())
    expect(followed).toEqual(lines)
    await run.untilEnded([key])
  })
})
