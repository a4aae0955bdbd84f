import { podName, type TaskInstanceKey } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { anyImage, startExecutor } from '../support/executor-run.ts'
import { witnessPods } from '../support/pod-witness.ts'
import type { StoredPod } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { RecordingLogger } from '../support/recording-logger.ts'
import type { PodScript } from '../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { spawnExecutor } from '../support/spawn-executor.ts'

const listPods = async (api: RawApi, namespace: string) =>
  (await api.get<{ items: StoredPod[] }>(podsPath(namespace))).body.items

const tasksOf = (count: number, scriptOf: (index: number) => PodScript) =>
  Array.from({ length: count }, (_, index) => ({
    key: taskKey('orphan', { mapIndex: index }),
    script: scriptOf(index),
  }))

/** The pods of the first launches, of which there are no others. */
const namesOf = (keys: readonly TaskInstanceKey[]) =>
  keys.map((key) => podName({ deployment: 'default', key, number: 1 })).toSorted()

conformance('the executor after another was killed', { needs: ['scriptedPods'] }, (it) => {
  it('adopts its pods, those that run and those that have ended', async ({ api, backend, namespace }) => {
    const { executorKubeconfig: kubeconfig, executorKubeconfigPath: kubeconfigPath } = backend
    using witness = await witnessPods(api, namespace)
    const scripts: readonly PodScript[] = [{ runMs: 100 }, { runMs: 100, exitCode: 3 }, { runMs: 3_000 }]
    const scriptOf = (index: number) => scripts[index % scripts.length] ?? {}
    const tasks = tasksOf(30, scriptOf)
    const keys = tasks.map(({ key }) => key)
    await using first = spawnExecutor({ kubeconfigPath, namespace, jobId: '1', config: anyImage, tasks })
    await eventually(
      async () => {
        const there = await listPods(api, namespace)
        if (there.length === tasks.length) return true
        throw new Error(`${there.length} of ${tasks.length} pods; the executor said: ${first.stderr()}`)
      },
      { withinMs: 30_000 },
    )
    await first.kill()
    await eventually(async () => {
      const ended = (await listPods(api, namespace)).filter(({ status }) => /Succeeded|Failed/.test(status.phase))
      return ended.length >= 20
    })

    const logger = new RecordingLogger()
    await using second = await startExecutor({ kubeconfig, namespace, jobId: '2', parallelism: 64, logger })
    const orphans = keys.map((key) => ({ key, queuedByJobId: '1' }))
    const notAdopted = await second.executor.tryAdoptTaskInstances(orphans)
    expect(
      notAdopted.map(({ key }) => key.mapIndex),
      logger.lines.join('\n'),
    ).toEqual([])
    await second.untilEnded(keys)
    expect(keys.map((key) => second.ends(key).map(({ state }) => state))).toEqual(
      keys.map(({ mapIndex }) => [scriptOf(mapIndex).exitCode === undefined ? 'success' : 'failed']),
    )
    expect(await witness.createdNames()).toEqual(namesOf(keys))
  })

  it('goes on where it stopped within its creates, with no pod twice', async ({ api, backend, namespace }) => {
    const { executorKubeconfig: kubeconfig, executorKubeconfigPath: kubeconfigPath } = backend
    using witness = await witnessPods(api, namespace)
    const tasks = tasksOf(120, () => ({ runMs: 100 }))
    const keys = tasks.map(({ key }) => key)
    const config = { ...anyImage, podCreationMaxConcurrency: 2 }
    await using first = spawnExecutor({ kubeconfigPath, namespace, jobId: '1', config, tasks })
    await eventually(async () => (await listPods(api, namespace)).length >= 15, { withinMs: 30_000, everyMs: 5 })
    await first.kill()
    expect((await listPods(api, namespace)).length).toBeLessThan(tasks.length)

    await using second = await startExecutor({ kubeconfig, namespace, jobId: '2', parallelism: 64 })
    const orphans = keys.map((key) => ({ key, queuedByJobId: '1' }))
    const open = await second.executor.tryAdoptTaskInstances(orphans)
    expect(open.length).toBeGreaterThan(0)
    expect(open.length).toBeLessThanOrEqual(tasks.length - 15)
    second.submit(...open.map(({ key }) => scriptedWorkload(key, { runMs: 100 })))
    await second.untilEnded(keys)
    expect(keys.map((key) => second.ends(key).map(({ state }) => state))).toEqual(keys.map(() => ['success']))
    expect(await witness.createdNames()).toEqual(namesOf(keys))
  })

  it('takes over a pod that adoption has not found, when its create is repeated', async ({
    api,
    backend,
    namespace,
  }) => {
    const { executorKubeconfig: kubeconfig, executorKubeconfigPath: kubeconfigPath } = backend
    const tasks = tasksOf(3, () => ({ runMs: 4_000 }))
    const keys = tasks.map(({ key }) => key)
    using witness = await witnessPods(api, namespace)
    await using first = spawnExecutor({ kubeconfigPath, namespace, jobId: '1', config: anyImage, tasks })
    await eventually(async () => (await listPods(api, namespace)).length === tasks.length, { withinMs: 30_000 })
    await first.kill()

    await using second = await startExecutor({ kubeconfig, namespace, jobId: '2' })
    second.submit(...tasks.map(({ key, script }) => scriptedWorkload(key, script)))
    await second.untilEnded(keys)
    expect(keys.map((key) => second.ends(key).map(({ state }) => state))).toEqual(keys.map(() => ['success']))
    expect(await witness.createdNames()).toEqual(namesOf(keys))
  })
})
