import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createdPods } from '../support/created-pods.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import type { StoredPod } from '../support/pods-by-api.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'

const count = 500
const isBad = (index: number) => index % 25 === 0
const keys = Array.from({ length: count }, (_, index) => taskKey('many', { mapIndex: index }))

conformance('the executor at scale', { needs: ['scriptedPods', 'requestLog'] }, (it, { name }) => {
  it('takes 500 tasks to their ends, each in one pod, and leaves none', { timeout: 180_000 }, async ({
    api,
    backend,
    namespace,
  }) => {
    const startedAt = performance.now()
    const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(1)
    await using run = await startExecutor({
      kubeconfig: backend.executorKubeconfig,
      namespace,
      jobId: '1',
      parallelism: 128,
      config: { deleteWorkerPodsOnFailure: true },
    })
    run.submit(...keys.map((key, index) => scriptedWorkload(key, { runMs: 200, exitCode: isBad(index) ? 3 : 0 })))
    await run.untilEnded(keys, { withinMs: 120_000 })
    const ended = seconds()

    expect(keys.map((key) => run.ends(key).map(({ state }) => state))).toEqual(
      keys.map((_, index) => [isBad(index) ? 'failed' : 'success']),
    )
    const failures = keys.filter((_, index) => isBad(index)).map((key) => run.ends(key)[0]?.failure)
    for (const failure of failures) {
      expect(failure).toMatchObject({
        class: 'user',
        evidence: 'status.containerStatuses[0].state.terminated.exitCode=3',
      })
    }
    await eventually(async () => (await api.get<{ items: StoredPod[] }>(podsPath(namespace))).body.items.length === 0, {
      withinMs: 30_000,
      everyMs: 100,
    })
    console.log(`conformance: ${name}: ${count} pods ended after ${ended} s, were gone after ${seconds()} s`)

    const created = await createdPods(backend, namespace, count)
    expect(created.length).toBe(count)
    expect(new Set(created.map((pod) => pod.name)).size).toBe(count)
    expect(new Set(created.map((pod) => pod.uid)).size).toBe(count)
    const bound = keys.map((key) => run.ends(key)[0]?.launch?.uid)
    expect(bound.toSorted()).toEqual(created.map((pod) => pod.uid).toSorted())
    expect(run.executor.running.size).toBe(0)

    // Others delete too: a node says so that a pod may go.
    const deletes = (await backend.podRequests()).filter(
      ({ verb, code, userAgent, ...request }) =>
        verb === 'delete' && code === 200 && userAgent.startsWith('davit/') && request.namespace === namespace,
    )
    expect(deletes.map(({ uid }) => uid).toSorted()).toEqual(created.map((pod) => pod.uid).toSorted())
  })
})
