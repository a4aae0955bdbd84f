import { type PodMutationHook, podName } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import type { StartedBackend } from '../support/backend.ts'
import { clusterWideExecutor } from '../support/cluster-wide-executor.ts'
import { conformance } from '../support/conformance.ts'
import { createdPods } from '../support/created-pods.ts'
import { eventually } from '../support/eventually.ts'
import { type ExecutorRun, startExecutor } from '../support/executor-run.ts'
import { createPod } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { enforceQuota, quotaPath } from '../support/resource-quota.ts'
import { scriptAnnotations } from '../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { createServiceAccount } from '../support/service-account.ts'
import { createNamespace, namespaceName } from '../support/test-namespace.ts'
import { unboundPod } from '../support/test-pod.ts'

const key = taskKey('one')
const nameOf = (task: typeof key) => podName({ deployment: 'default', key: task, number: 1 })

/** A task whose pod says so, and ends at once. */
const workload = (podOverride: { metadata?: object; spec?: object }) => ({
  key,
  args: ['true'],
  executorConfig: {
    podOverride: {
      ...podOverride,
      metadata: { annotations: scriptAnnotations({ runMs: 10 }), ...podOverride.metadata },
    },
  },
})

conformance('the executor whose creates are refused', { needs: ['scriptedPods', 'requestLog'] }, (it) => {
  it('waits for room in a quota, and launches when there is some', async ({ api, backend, namespace }) => {
    await enforceQuota(api, namespace, { pods: '1' })
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    const first = taskKey('first')
    run.submit(scriptedWorkload(first, { hold: true }))
    await run.untilState(first, 'running')
    run.submit(scriptedWorkload(key, { runMs: 10 }))
    const quota = 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'
    await untilItWaitsFor(run, `refused (quota): pods "${nameOf(key)}" is forbidden: ${quota}`)
    await run.executor.revokeTask({ key: first, queuedByJobId: '1' })
    await run.untilEnded([key])
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
    const created = (await createdPods(backend, namespace, 2)).map(({ name }) => name)
    expect(created).toEqual([nameOf(first), nameOf(key)])
  })

  it.for([
    [
      'asks for more than a quota ever gives',
      { containers: [{ name: 'base', resources: { requests: { cpu: '2' } } }] },
      'capacity',
      'exceeded quota: q, requested: requests.cpu=2, used: requests.cpu=0, limited: requests.cpu=1',
    ],
    ['does not say how much of a quota it wants', {}, 'config', 'failed quota: q: must specify requests.cpu for: base'],
  ] as const)(
    'fails a task at once whose pod %s',
    async ([, spec, failureClass, text], { api, backend, namespace }) => {
      await enforceQuota(api, namespace, { 'requests.cpu': '1' })
      await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
      run.submit(workload({ spec }))
      await run.untilEnded([key])
      const [end] = run.ends(key)
      expect(end).toMatchObject({ state: 'failed', failure: { class: failureClass, evidence: 'reason=Forbidden' } })
      expect(end?.failure?.message).toContain(`pods "${nameOf(key)}" is forbidden: ${text}`)
      expect(await createdPods(backend, namespace, 0)).toEqual([])
    },
  )

  it('waits while nobody knows how much of a quota is used, and launches once it was counted', async ({
    api,
    backend,
    namespace,
  }) => {
    await enforceQuota(api, namespace, { pods: '5' })
    // Of a resource that its status lacks the use is unknown; it is not counted anew before its spec changes.
    await api.patch(quotaPath(namespace, 'q', 'status'), 'json', [
      { op: 'replace', path: '/status', value: { hard: { pods: '5', 'count/pods': '5' } } },
    ])
    const path = withQuery(podsPath(namespace), { dryRun: 'All' })
    await eventually(async () => (await api.post(path, unboundPod('probe'))).status === 403)
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit(workload({}))
    const text = 'status unknown for quota: q, resources: count/pods,pods'
    await untilItWaitsFor(run, `refused (quota-unknown): pods "${nameOf(key)}" is forbidden: ${text}`)
    await api.patch(quotaPath(namespace, 'q'), 'merge', { spec: { hard: { pods: '6' } } })
    await run.untilEnded([key])
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
  })

  it('fails a task at once whose pod is not valid, with the path of the field, and creates it once', async ({
    backend,
    namespace,
  }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit(workload({ spec: { containers: [{ name: 'base', ports: [{ containerPort: 70_000 }] }] } }))
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject([
      {
        state: 'failed',
        failure: { class: 'config', evidence: 'spec.containers[0].ports[0].containerPort=FieldValueInvalid' },
      },
    ])
    expect(await createdPods(backend, namespace, 0)).toEqual([])
  })

  it('fails a task at once whose mutated pod has an unknown field, with its path', async ({ backend, namespace }) => {
    const podMutationHook: PodMutationHook = (pod) => {
      Object.assign(pod.spec ?? {}, { bogus: 1 })
    }
    const { executorKubeconfig: kubeconfig } = backend
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', podMutationHook })
    run.submit(workload({}))
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'config' } }])
    expect(run.ends(key)[0]?.failure?.message).toContain('strict decoding error: unknown field "spec.bogus"')
  })

  it('fails a task at once whose priority class is not there', async ({ backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit(workload({ spec: { priorityClassName: 'nope' } }))
    await run.untilEnded([key])
    const message = `pods "${nameOf(key)}" is forbidden: no PriorityClass with name nope was found`
    expect(run.ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'config', message } }])
  })

  it('waits for a service account, and launches when it is there', async ({ api, backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit(workload({ spec: { serviceAccountName: 'later' } }))
    const text = `error looking up service account ${namespace}/later: serviceaccount "later" not found`
    await untilItWaitsFor(run, `refused (service-account): pods "${nameOf(key)}" is forbidden: ${text}`)
    await createServiceAccount(api, { namespace, name: 'later' })
    await run.untilEnded([key])
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
  })

  it('waits for its namespace, and launches when it is there', async ({ api, backend, namespace }) => {
    const other = namespaceName('executor-refusals', 'missing')
    await using run = await startInBoth(api, backend, namespace, other)
    run.submit(workload({ metadata: { namespace: other } }))
    await untilItWaitsFor(run, `refused (namespace-missing): namespaces "${other}" not found: create the namespace`)
    await createNamespace(api, other)
    await run.untilEnded([key])
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
    await api.delete(`/api/v1/namespaces/${other}`)
  })

  it('waits while its namespace is being terminated, and launches in the next one', async ({
    api,
    backend,
    namespace,
  }) => {
    const other = namespaceName('executor-refusals', 'terminating')
    await createNamespace(api, other)
    await createPod(api, other, unboundPod('kept', { finalizers: ['davit.test/keep'] }))
    await api.delete(`/api/v1/namespaces/${other}`)
    await using run = await startInBoth(api, backend, namespace, other)
    run.submit(workload({ metadata: { namespace: other } }))
    const text = `unable to create new content in namespace ${other} because it is being terminated`
    await untilItWaitsFor(run, `refused (namespace-terminating): pods "${nameOf(key)}" is forbidden: ${text}`)
    await api.patch(podsPath(other, 'kept'), 'json', [{ op: 'remove', path: '/metadata/finalizers' }])
    await eventually(async () => (await api.get(`/api/v1/namespaces/${other}`)).status === 404)
    await createNamespace(api, other)
    await run.untilEnded([key])
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
    await api.delete(`/api/v1/namespaces/${other}`)
  })
})

/** An executor that may launch in a second namespace, whether or not that is there. */
async function startInBoth(
  api: RawApi,
  backend: StartedBackend,
  namespace: string,
  other: string,
): Promise<ExecutorRun> {
  const kubeconfig = await clusterWideExecutor(api, backend, namespace)
  const config = { multiNamespaceMode: true, multiNamespaceModeNamespaceList: [namespace, other] }
  return await startExecutor({ kubeconfig, namespace, jobId: '1', config })
}

async function untilItWaitsFor(run: ExecutorRun, text: string): Promise<void> {
  const check = () => {
    const reason = run.executor.waitingReason(key)
    if (reason?.startsWith(text)) return true
    throw new Error(`it waits for: ${reason}`)
  }
  await eventually(check, { withinMs: 20_000 })
}
