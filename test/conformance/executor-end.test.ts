import { podName } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import { witnessPods } from '../support/pod-witness.ts'
import { readPod, type StoredPod, untilGone, untilPhase } from '../support/pods-by-api.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'

const key = taskKey('one')
const nameOf = (task: typeof key) => podName({ deployment: 'default', key: task, number: 1 })

conformance('the executor that is ended', { needs: ['scriptedPods'] }, (it) => {
  it.for(['end', 'terminate'] as const)(
    'by %s() leaves its pods as they are, and the next one adopts them',
    async (how, { api, backend, namespace }) => {
      const { executorKubeconfig: kubeconfig } = backend
      using witness = await witnessPods(api, namespace)
      await using first = await startExecutor({ kubeconfig, namespace, jobId: '1' })
      first.submit(scriptedWorkload(key, { hold: true }))
      await first.untilState(key, 'running')
      const before = await untilPhase(api, namespace, nameOf(key), 'Running')
      await first.stop(how)
      expect(await readPod(api, namespace, nameOf(key))).toEqual(before)

      await using second = await startExecutor({ kubeconfig, namespace, jobId: '2' })
      expect(await second.executor.tryAdoptTaskInstances([{ key, queuedByJobId: '1' }])).toEqual([])
      const adopted = await readPod(api, namespace, nameOf(key))
      expect([adopted?.metadata.uid, adopted?.metadata.labels?.['airflow-worker']]).toEqual([before.metadata.uid, '2'])
      await api.delete(podsPath(namespace, nameOf(key)))
      await eventually(() => second.ends(key).length === 1)
      expect(first.ends(key)).toEqual([])
      expect(await witness.createdNames()).toEqual([nameOf(key)])
    },
  )

  it('lets what ends without it be told by the next one, each end once', async ({ api, backend, namespace }) => {
    const { executorKubeconfig: kubeconfig } = backend
    const keys = [0, 1, 2, 3].map((mapIndex) => taskKey('left', { mapIndex }))
    const exitCodeOf = ({ mapIndex }: typeof key) => (mapIndex % 2 === 0 ? 0 : 3)
    {
      await using first = await startExecutor({ kubeconfig, namespace, jobId: '1' })
      first.submit(...keys.map((each) => scriptedWorkload(each, { runMs: 1_500, exitCode: exitCodeOf(each) })))
      for (const each of keys) await first.untilState(each, 'running')
    }
    await eventually(async () => {
      const { body } = await api.get<{ items: StoredPod[] }>(podsPath(namespace))
      return body.items.every(({ status }) => /Succeeded|Failed/.test(status.phase))
    })
    await using second = await startExecutor({ kubeconfig, namespace, jobId: '2' })
    const orphans = keys.map((each) => ({ key: each, queuedByJobId: '1' }))
    expect(await second.executor.tryAdoptTaskInstances(orphans)).toEqual([])
    await second.untilEnded(keys)
    expect(keys.map((each) => second.ends(each).map(({ state, outcome }) => [state, outcome?.exitCode]))).toEqual(
      keys.map((each) => [[exitCodeOf(each) === 0 ? 'success' : 'failed', exitCodeOf(each)]]),
    )
    for (const each of keys) if (exitCodeOf(each) === 0) await untilGone(api, namespace, nameOf(each))
  })

  it('begins no further create, and gives back what it has not launched', async ({ api, backend, namespace }) => {
    const { executorKubeconfig: kubeconfig } = backend
    using witness = await witnessPods(api, namespace)
    const keys = Array.from({ length: 80 }, (_, mapIndex) => taskKey('many', { mapIndex }))
    const config = { podCreationMaxConcurrency: 2 }
    await using first = await startExecutor({ kubeconfig, namespace, jobId: '1', parallelism: 80, config })
    first.submit(...keys.map((each) => scriptedWorkload(each, { runMs: 100 })))
    await eventually(async () => (await api.get<{ items: unknown[] }>(podsPath(namespace))).body.items.length >= 5, {
      everyMs: 5,
    })
    await first.stop('end')
    const launched = await witness.createdNames()
    expect(launched.length).toBeLessThan(keys.length)

    await using second = await startExecutor({ kubeconfig, namespace, jobId: '2', parallelism: 80 })
    const open = keys.filter((each) => first.ends(each).length === 0)
    const rest = await second.executor.tryAdoptTaskInstances(open.map((each) => ({ key: each, queuedByJobId: '1' })))
    expect(rest.map((ti) => nameOf(ti.key)).filter((name) => launched.includes(name))).toEqual([])
    second.submit(...rest.map((ti) => scriptedWorkload(ti.key, { runMs: 100 })))
    await second.untilEnded(open)
    const all = keys.flatMap((each) => [...first.ends(each), ...second.ends(each)].map(({ state }) => state))
    expect(all).toEqual(keys.map(() => 'success'))
    expect(await witness.createdNames()).toEqual(keys.map(nameOf).toSorted())
  })
})
