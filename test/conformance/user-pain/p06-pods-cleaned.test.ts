import { expect } from 'vitest'
import { podsPath } from '../../support/api-paths.ts'
import { conformance } from '../../support/conformance.ts'
import { eventually } from '../../support/eventually.ts'
import { anyImage, startExecutor } from '../../support/executor-run.ts'
import { KeptLaunchStore } from '../../support/kept-launch-store.ts'
import type { StoredPod } from '../../support/pods-by-api.ts'
import type { RawApi } from '../../support/raw-api.ts'
import { ResumedWatch } from '../../support/resumed-watch.ts'
import { scriptedWorkload, taskKey } from '../../support/scripted-workload.ts'
import { wrappedPods } from '../../support/wrapped-pods.ts'

const tasks = (count: number) => Array.from({ length: count }, (_, mapIndex) => taskKey('work', { mapIndex }))
/** Every third one fails, with a code of its own. */
const exitCodeOf = (mapIndex: number) => (mapIndex % 3 === 0 ? 10 + mapIndex : 0)
const mapIndexOf = ({ metadata }: StoredPod) => Number(metadata.annotations?.map_index)

async function listPods(api: RawApi, namespace: string): Promise<StoredPod[]> {
  return (await api.get<{ items: StoredPod[] }>(podsPath(namespace))).body.items
}

function untilAborted({ signal }: { readonly signal?: AbortSignal } = {}): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))
}

conformance('P6: pods cleaned too early or too late', { needs: ['scriptedPods'] }, (it) => {
  it('P6 a: another actor deletes 30 % of the pods the instant they end, and every recorded end is the true one', async ({
    api,
    backend,
    namespace,
  }) => {
    const keys = tasks(40)
    const store = new KeptLaunchStore()
    const { body } = await api.get<{ metadata: { resourceVersion: string } }>(podsPath(namespace))
    using watch = new ResumedWatch(api, podsPath(namespace), body.metadata.resourceVersion)
    // An actor that is not there yet deletes nothing.
    await watch.started()
    const deleted = new Set<number>()
    const stopped = new AbortController()
    const actor = (async () => {
      while (!stopped.signal.aborted) {
        const event = await watch.next({ withinMs: 60_000 })
        const pod = event.object as unknown as StoredPod
        const hasEnded = ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')
        const mapIndex = mapIndexOf(pod)
        if (!hasEnded || mapIndex % 10 > 2 || deleted.has(mapIndex)) continue
        deleted.add(mapIndex)
        void api.delete(podsPath(namespace, pod.metadata.name))
      }
    })()

    const config = { deleteWorkerPodsOnFailure: true }
    const { executorKubeconfig: kubeconfig } = backend
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', parallelism: 40, store, config })
    run.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 100, exitCode: exitCodeOf(key.mapIndex) })))
    await run.untilEnded(keys)
    await eventually(async () => (await listPods(api, namespace)).length === 0)
    // The last words of its watch may still be on the way.
    await eventually(() => deleted.size === 12)
    stopped.abort()
    watch[Symbol.dispose]()
    await actor.catch(() => {})
    expect(store.exitCodes()).toEqual(Object.fromEntries(keys.map(({ mapIndex }) => [mapIndex, exitCodeOf(mapIndex)])))
    expect(store.outcomes).toHaveLength(keys.length)
  })

  it('P6 a: also of pods that end and are deleted while no executor is there', async ({ api, backend, namespace }) => {
    const keys = tasks(6)
    const store = new KeptLaunchStore()
    const { executorKubeconfig: kubeconfig } = backend
    await using first = await startExecutor({ kubeconfig, namespace, jobId: '1', store })
    first.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 1_500, exitCode: exitCodeOf(key.mapIndex) })))
    await eventually(async () => {
      const running = (await listPods(api, namespace)).filter(({ status }) => status.phase === 'Running')
      return running.length === keys.length && (await store.currentLaunches()).every(({ uid }) => uid !== undefined)
    })
    await first.stop('terminate')
    await eventually(async () => {
      const pods = await listPods(api, namespace)
      return pods.every(({ status }) => ['Succeeded', 'Failed'].includes(status.phase))
    })
    for (const { metadata } of await listPods(api, namespace)) await api.delete(podsPath(namespace, metadata.name))

    const config = { deleteWorkerPodsOnFailure: true }
    await using second = await startExecutor({ kubeconfig, namespace, jobId: '2', store, config })
    const orphans = keys.map((key) => ({ key, queuedByJobId: '1' }))
    expect(await second.executor.tryAdoptTaskInstances(orphans)).toEqual([])
    await second.untilEnded(keys)
    expect(store.exitCodes()).toEqual(Object.fromEntries(keys.map(({ mapIndex }) => [mapIndex, exitCodeOf(mapIndex)])))
    await eventually(async () => (await listPods(api, namespace)).length === 0)
  })

  it('P6 c: an executor is killed between commits and deletions, and no pod outlives one sweep of the next', async ({
    api,
    backend,
    namespace,
  }) => {
    const keys = tasks(6)
    const store = new KeptLaunchStore()
    const { executorKubeconfig: kubeconfig } = backend
    await using first = await startExecutor({
      kubeconfig,
      namespace,
      jobId: '1',
      store,
      // Neither is heard: the executor is gone before.
      wrapPods: (pods) =>
        wrappedPods(pods, {
          patch: (_namespace, _name, _patch, options) => untilAborted(options),
          delete: (_namespace, _name, options) => untilAborted(options),
        }),
    })
    first.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 10, exitCode: exitCodeOf(key.mapIndex) })))
    await first.untilEnded(keys)
    await first.stop('terminate')
    const left = await listPods(api, namespace)
    expect(left.map(({ metadata }) => metadata.finalizers)).toEqual(keys.map(() => ['davit/outcome']))

    // Deleted by others, they would stay for ever.
    for (const { metadata } of left.slice(0, 3)) await api.delete(podsPath(namespace, metadata.name))
    const config = { ...anyImage, deleteWorkerPodsOnFailure: true, orphanedTasksCheckInterval: 1 }
    await using second = await startExecutor({ kubeconfig, namespace, jobId: '2', store, config })
    await eventually(
      async () => {
        second.executor.heartbeat()
        return (await listPods(api, namespace)).length === 0
      },
      { everyMs: 200 },
    )
    expect(store.outcomes).toHaveLength(keys.length)
  })
})
