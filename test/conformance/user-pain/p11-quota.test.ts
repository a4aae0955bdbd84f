import { expect } from 'vitest'
import { conformance } from '../../support/conformance.ts'
import { eventually } from '../../support/eventually.ts'
import { startExecutor } from '../../support/executor-run.ts'
import { enforceQuota } from '../../support/resource-quota.ts'
import { scriptAnnotations } from '../../support/scripted-pod.ts'
import { taskKey } from '../../support/scripted-workload.ts'

// A quota of 10 and 40 tasks of 0.3 s, not 100, 1,000 and 1 s; four creates in flight, as those that are in flight
// when the quota is used up are refused. The share of refused creates at the full proportions is proved on the test clock:
// how soon Kubernetes counts anew depends on how busy the machine is.
const QUOTA = 10
const TASKS = 40
const CONCURRENCY = 4

conformance('P11: a used-up quota', { needs: ['scriptedPods', 'requestLog'] }, (it) => {
  it('P11 a: fails nothing, is not asked again and again, and holds up no other namespace', async ({
    api,
    backend,
    namespace,
    newNamespace,
  }) => {
    const other = await newNamespace()
    await enforceQuota(api, namespace, { pods: String(QUOTA) })
    const config = {
      multiNamespaceMode: true,
      multiNamespaceModeNamespaceList: [namespace, other],
      podCreationMaxConcurrency: CONCURRENCY,
    }
    const { executorKubeconfig: kubeconfig } = backend
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', parallelism: 200, config })
    const workload = (key: ReturnType<typeof taskKey>, where: string) => ({
      key,
      args: ['true'],
      executorConfig: {
        podOverride: { metadata: { namespace: where, annotations: scriptAnnotations({ runMs: 300 }) } },
      },
    })
    const keys = Array.from({ length: TASKS }, (_, mapIndex) => taskKey('many', { mapIndex }))
    run.submit(...keys.map((key) => workload(key, namespace)))
    await eventually(() => run.executor.waitingReason(keys[TASKS - 1] ?? taskKey(''))?.includes('exceeded quota'))
    const elsewhere = taskKey('elsewhere')
    run.submit(workload(elsewhere, other))
    await run.untilEnded([elsewhere])
    expect(keys.some((key) => run.ends(key).length === 0)).toBe(true)
    await run.untilEnded(keys, { withinMs: 60_000 })
    expect([...new Set(keys.map((key) => run.ends(key)[0]?.state))]).toEqual(['success'])
    const creates = (await backend.podRequests()).filter(
      (each) => each.verb === 'create' && each.subresource === null && each.namespace === namespace,
    )
    expect(creates.filter(({ code }) => code === 201)).toHaveLength(TASKS)
    const refused = creates.filter(({ code }) => code === 403).length
    expect(refused).toBeLessThan(TASKS / 2)
  })
})
