import { expect } from 'vitest'
import { podsPath } from '../../support/api-paths.ts'
import { conformance } from '../../support/conformance.ts'
import { eventually } from '../../support/eventually.ts'
import { startExecutor } from '../../support/executor-run.ts'
import type { StoredPod } from '../../support/pods-by-api.ts'
import type { RawApi } from '../../support/raw-api.ts'
import { scriptedWorkload, taskKey } from '../../support/scripted-workload.ts'

// There are no secondary objects to be left over: pods are all that is ever made. So instead of failing between each two
// steps of making one, every way that a task can take is taken, with executors that die on it, and all else is counted.

/** What tools of this kind leave behind, of what both servers have. */
const KINDS = ['configmaps', 'secrets', 'serviceaccounts', 'resourcequotas'] as const

conformance('left-over secondary objects', { needs: ['scriptedPods'] }, (it) => {
  it('P29: whatever becomes of tasks and executors, nothing but pods is made, and no pod is left that nobody answers for', async ({
    api,
    backend,
    namespace,
  }) => {
    const before = await others(api, namespace)
    const kubeconfig = backend.executorKubeconfig
    const config = { deleteWorkerPodsOnFailure: true, orphanedTasksCheckInterval: 1 }
    const [ends, fails] = [taskKey('ends'), taskKey('fails')]
    const [revoked, left, cutOff] = [taskKey('is-revoked'), taskKey('is-left'), taskKey('is-cut-off')]
    {
      await using first = await startExecutor({ kubeconfig, namespace, jobId: '1', config })
      first.submit(scriptedWorkload(ends, { runMs: 10 }), scriptedWorkload(fails, { runMs: 10, exitCode: 1 }))
      first.submit(scriptedWorkload(revoked, { hold: true }), scriptedWorkload(left, { hold: true }))
      await first.untilEnded([ends, fails])
      await first.untilState(revoked, 'running')
      await first.executor.revokeTask({ key: revoked, queuedByJobId: '1' })
      await first.executor.settled()
      await first.untilState(left, 'running')
      // It dies with one pod running, and with a create under way.
      first.submit(scriptedWorkload(cutOff, { hold: true }))
      await first.stop('terminate')
    }
    await using second = await startExecutor({ kubeconfig, namespace, jobId: '2', config })
    const orphans = [left, cutOff].map((key) => ({ key, queuedByJobId: '1' }))
    const unadopted = await second.executor.tryAdoptTaskInstances(orphans)
    for (const { key } of orphans) await second.executor.revokeTask({ key, queuedByJobId: '1' })
    expect(unadopted.map(({ key }) => key.taskId)).not.toContain('is-left')
    await eventually(async () => {
      await second.executor.adoptCompletedPods()
      const { body } = await api.get<{ items: StoredPod[] }>(podsPath(namespace))
      const names = body.items.map(
        ({ metadata, status }) => `${metadata.name} ${status.phase} of job ${metadata.labels?.['airflow-worker']}`,
      )
      if (names.length > 0) throw new Error(names.join(', '))
      return true
    })
    expect(await others(api, namespace)).toEqual(before)
  })
})

async function others(api: RawApi, namespace: string): Promise<readonly string[]> {
  const lists = await Promise.all(
    KINDS.map(async (kind) => {
      const { body } = await api.get<{ items: { metadata: { name: string } }[] }>(
        `/api/v1/namespaces/${namespace}/${kind}`,
      )
      return body.items.map(({ metadata }) => `${kind}/${metadata.name}`)
    }),
  )
  return lists.flat().sort()
}
