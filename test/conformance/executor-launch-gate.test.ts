import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import { KeptLaunchStore } from '../support/kept-launch-store.ts'
import { createPod, type StoredPod, untilPhase } from '../support/pods-by-api.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { wrappedPods } from '../support/wrapped-pods.ts'

const keys = Array.from({ length: 5 }, (_, mapIndex) => taskKey('gated', { mapIndex }))
const config = { launchGate: true }
const selected = '?labelSelector=task_id%3Dgated'

/** Binds nothing until told to. */
class SlowStore extends KeptLaunchStore {
  readonly bind = Promise.withResolvers<void>()

  override async bindPod(...args: Parameters<KeptLaunchStore['bindPod']>) {
    await this.bind.promise
    return super.bindPod(...args)
  }
}

conformance('the executor with launch gates', { needs: ['scriptedPods'] }, (it) => {
  it('lets no pod start before the store has bound it, and all after', async ({ api, backend, namespace }) => {
    const { executorKubeconfig: kubeconfig, nodeSelector } = backend
    const store = new SlowStore()
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', store, config })
    run.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 10, exitCode: key.mapIndex })))
    const list = async () => (await api.get<{ items: StoredPod[] }>(`${podsPath(namespace)}${selected}`)).body.items
    await eventually(async () => (await list()).length === keys.length)
    // A pod that came later has run, and these have not: the scheduler has passed them over.
    const marker = scriptedPod('marker', { runMs: 10 })
    await createPod(api, namespace, { ...marker, spec: { containers: [], ...marker.spec, nodeSelector } })
    await untilPhase(api, namespace, 'marker', 'Succeeded')
    expect((await list()).map(({ spec, status }) => [spec?.schedulingGates, spec?.nodeName, status.phase])).toEqual(
      keys.map(() => [[{ name: 'davit/launch' }], undefined, 'Pending']),
    )
    expect(keys.map((key) => run.executor.waitingReason(key))).toEqual(
      keys.map(() => 'held back by scheduling gates: davit/launch (until the store has bound the pod)'),
    )
    store.bind.resolve()
    await run.untilEnded(keys)
    expect(store.exitCodes()).toEqual(Object.fromEntries(keys.map(({ mapIndex }) => [mapIndex, mapIndex])))
  })

  it('is killed between bind and lift: the next one lifts what it adopts', async ({ api, backend, namespace }) => {
    const { executorKubeconfig: kubeconfig } = backend
    const store = new KeptLaunchStore()
    await using first = await startExecutor({
      kubeconfig,
      namespace,
      jobId: '1',
      store,
      config,
      wrapPods: (pods) =>
        wrappedPods(pods, {
          patch: (_namespace, _name, _patch, { signal } = {}) =>
            new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
        }),
    })
    first.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 10 })))
    await eventually(async () => {
      const bound = (await store.currentLaunches()).filter(({ uid }) => uid !== undefined)
      return bound.length === keys.length
    })
    await first.stop('terminate')
    const { items } = (await api.get<{ items: StoredPod[] }>(`${podsPath(namespace)}${selected}`)).body
    expect(items.map(({ spec }) => spec?.schedulingGates)).toEqual(keys.map(() => [{ name: 'davit/launch' }]))
    await using second = await startExecutor({ kubeconfig, namespace, jobId: '2', store })
    const orphans = keys.map((key) => ({ key, queuedByJobId: '1' }))
    expect(await second.executor.tryAdoptTaskInstances(orphans)).toEqual([])
    await second.untilEnded(keys)
    expect(keys.map((key) => second.ends(key).map(({ state }) => state))).toEqual(keys.map(() => ['success']))
  })
})
