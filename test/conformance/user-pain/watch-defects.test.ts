import { expect } from 'vitest'
import { podsPath } from '../../support/api-paths.ts'
import { conformance } from '../../support/conformance.ts'
import { eventually } from '../../support/eventually.ts'
import { type ExecutorRun, startExecutor } from '../../support/executor-run.ts'
import { createPod, readPod, type StoredPod, untilGone } from '../../support/pods-by-api.ts'
import type { RawApi } from '../../support/raw-api.ts'
import { scriptedPod } from '../../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../../support/scripted-workload.ts'
import { untilRelists } from '../../support/until-relists.ts'

const key = taskKey('watched')

/** The task's pod that has not ended. */
async function livePod(api: RawApi, namespace: string): Promise<StoredPod> {
  return eventually(async () => {
    const { body } = await api.get<{ items: StoredPod[] }>(podsPath(namespace))
    return body.items.find(({ status }) => status.phase === 'Running')
  })
}

/** As a kubelet under pressure does. */
async function evict(api: RawApi, pod: StoredPod): Promise<StoredPod> {
  const { namespace, name } = pod.metadata
  const { status, text } = await api.patch(`${podsPath(namespace, name)}/status`, 'merge', {
    status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
  })
  expect(status, text).toBe(200)
  return pod
}

const relistsOf = (run: ExecutorRun) => run.executor.state.watches[0]?.relists ?? 0

conformance('the watch of an executor', { needs: ['scriptedPods'] }, (it) => {
  it('L3: failed pods of earlier launches, told again by each list, do nothing to the one that runs', async ({
    api,
    backend,
    namespace,
  }) => {
    await using run = await startExecutor({
      kubeconfig: backend.executorKubeconfig,
      namespace,
      jobId: '1',
      config: { resyncSeconds: 0.5 },
    })
    run.submit(scriptedWorkload(key, { hold: true }))
    const failed: string[] = []
    for (const _ of [1, 2]) {
      const { metadata } = await evict(api, await livePod(api, namespace))
      failed.push(metadata.name)
      await eventually(
        async () => (await readPod(api, namespace, metadata.name))?.metadata.labels?.airflow_executor_done,
      )
    }
    const third = await livePod(api, namespace)
    await untilRelists(run, 3)
    // Kept, and in no list.
    expect(run.executor.state.watches).toMatchObject([{ pods: 1 }])
    for (const name of failed) expect(await readPod(api, namespace, name)).not.toBeNull()
    // Somebody takes the mark away: it is told as what it is, a pod of a launch that was superseded, and goes.
    const [first = ''] = failed
    await api.patch(podsPath(namespace, first), 'merge', { metadata: { labels: { airflow_executor_done: null } } })
    await untilGone(api, namespace, first)
    await untilRelists(run, 2)
    expect([run.ends(key), run.executor.running.size]).toEqual([[], 1])
    expect((await readPod(api, namespace, third.metadata.name))?.status.phase).toBe('Running')
  })

  it('L6: pods with our labels and broken annotations are passed over, and the watch goes on', async ({
    api,
    backend,
    namespace,
  }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    const ids = { dag_id: 'd', task_id: 't', run_id: 'r' }
    const broken: Record<string, Record<string, string>> = {
      bare: {},
      wordy: { ...ids, try_number: 'three' },
      mapped: { ...ids, try_number: '1', map_index: '1.5' },
    }
    for (const [name, annotations] of Object.entries(broken)) {
      await createPod(
        api,
        namespace,
        scriptedPod(name, { runMs: 10 }, { labels: { 'airflow-worker': '1' }, annotations }),
      )
    }
    run.submit(scriptedWorkload(key, { runMs: 10 }))
    await run.untilEnded([key])
    await eventually(() => run.executor.state.poisonPods.length === 3)
    expect(run.executor.state.poisonPods.map(({ pod, problem }) => `${pod}: ${problem}`).toSorted()).toEqual([
      'bare: the pod lacks the annotation dag_id, task_id, try_number',
      'mapped: the annotation map_index is no whole number: "1.5"',
      'wordy: the annotation try_number is no whole number: "three"',
    ])
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
    expect(run.executor.state.watches).toMatchObject([{ state: 'watching', handlerErrors: 0, restarts: 0 }])
    expect(await readPod(api, namespace, 'wordy')).not.toBeNull()
  })

  it('L7: a pod that is labelled done while it runs is not taken for adopted', async ({ api, backend, namespace }) => {
    await using run = await startExecutor({
      kubeconfig: backend.executorKubeconfig,
      namespace,
      jobId: '1',
      config: { resyncSeconds: 0.5 },
    })
    run.submit(scriptedWorkload(key, { hold: true }))
    await run.untilState(key, 'running')
    const pod = await livePod(api, namespace)
    await api.patch(podsPath(namespace, pod.metadata.name), 'merge', {
      metadata: { labels: { airflow_executor_done: 'True' } },
    })
    await eventually(() => run.executor.state.watches[0]?.pods === 0)
    expect([run.executor.running.size, run.ends(key)]).toEqual([1, []])
    await untilRelists(run, 1)
    expect([run.executor.running.size, run.ends(key)]).toEqual([1, []])
  })

  it('L5: history that is compacted costs one list at most, and no end', async ({ backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    const keys = Array.from({ length: 10 }, (_, mapIndex) => taskKey('compacted', { mapIndex }))
    run.submit(...keys.map((each) => scriptedWorkload(each, { runMs: 1_000 })))
    await eventually(() => run.executor.state.launches.live > 0)
    await backend.compactHistory()
    await run.untilEnded(keys)
    expect(keys.map((each) => run.ends(each).map(({ state }) => state))).toEqual(keys.map(() => ['success']))
    expect(relistsOf(run)).toBeLessThanOrEqual(1)
  })
})

conformance('the lists of an executor', { needs: ['scriptedPods', 'requestLog'] }, (it) => {
  it('come by the watch: what is there first, and a mark behind it', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, scriptedPod('there', { hold: true }, { labels: { 'airflow-worker': '1' } }))
    await using run = await startExecutor({
      kubeconfig: backend.executorKubeconfig,
      namespace,
      jobId: '1',
      config: { resyncSeconds: 0.5 },
    })
    await untilRelists(run, 2)
    expect(run.executor.state.watches).toMatchObject([{ pods: 1, lastError: null }])
    const asked = (await backend.podRequests()).filter(
      (request) => request.namespace === namespace && request.userAgent.startsWith('davit/'),
    )
    expect([...new Set(asked.map(({ verb }) => verb))]).toEqual(['watch'])
  })
})
