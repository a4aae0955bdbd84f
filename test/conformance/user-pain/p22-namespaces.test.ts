import { expect } from 'vitest'
import { conformance } from '../../support/conformance.ts'
import { eventually } from '../../support/eventually.ts'
import { executorRole, grantRole, rbacPath } from '../../support/executor-role.ts'
import { startExecutor } from '../../support/executor-run.ts'
import { scriptAnnotations } from '../../support/scripted-pod.ts'
import { taskKey } from '../../support/scripted-workload.ts'
import { createServiceAccount, serviceAccountKubeconfig } from '../../support/service-account.ts'

// 10 namespaces, not 50: each has a watch of its own on one connection, and that ten work shows that fifty do. How many
// connections there are is not asked: the design has pools of connections. Where there are roles, the executor has one
// in each of the namespaces and none of the cluster.
const NAMESPACES = 10
const REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews'

const workloadIn = (namespace: string, key: ReturnType<typeof taskKey>) => ({
  key,
  args: ['true'],
  executorConfig: { podOverride: { metadata: { namespace, annotations: scriptAnnotations({ runMs: 10 }) } } },
})

conformance('P22: several namespaces', { needs: ['scriptedPods'] }, (it) => {
  it('P22 a: tasks of every namespace run, with a role in each and none of the cluster', async ({
    backend,
    namespace,
    newNamespace,
  }) => {
    const list = [namespace]
    while (list.length < NAMESPACES) list.push(await newNamespace())
    const config = { multiNamespaceMode: true, multiNamespaceModeNamespaceList: list }
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1', config })
    const keys = Array.from({ length: 3 * NAMESPACES }, (_, index) => taskKey('each', { mapIndex: index }))
    run.submit(...keys.map((key, index) => workloadIn(list[index % NAMESPACES] ?? '', key)))
    await run.untilEnded(keys)
    expect(keys.map((key) => run.ends(key).map(({ state, launch }) => [state, launch?.namespace]))).toEqual(
      keys.map((_, index) => [['success', list[index % NAMESPACES]]]),
    )
  })
})

conformance('P22: a namespace whose role is taken away', { needs: ['scriptedPods', 'roles'] }, (it) => {
  it('P22 b: only its tasks wait, with the verb that is missing, and run once it is granted again', async ({
    api,
    backend,
    namespace,
    newNamespace,
  }) => {
    const lost = await newNamespace()
    // A user of its own: that of the suites is never refused anything.
    const role = { ...(await executorRole()), metadata: { name: 'p22' } }
    const account = { namespace, name: 'p22' }
    await createServiceAccount(api, account)
    for (const each of [namespace, lost]) await grantRole(api, each, role, { kind: 'ServiceAccount', ...account })
    const kubeconfig = await serviceAccountKubeconfig(api, account, backend.kubeconfig)
    const config = { multiNamespaceMode: true, multiNamespaceModeNamespaceList: [namespace, lost] }
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', config })
    const path = rbacPath(lost, 'roles', role.metadata.name)
    await api.put(path, { ...role, rules: [] })
    const user = `system:serviceaccount:${namespace}:${account.name}`
    const resourceAttributes = { namespace: lost, verb: 'create', resource: 'pods' }
    await eventually(async () => {
      const review = { spec: { user, resourceAttributes } }
      const { body } = await api.post<{ status: { allowed: boolean } }>(REVIEWS, review)
      return !body.status.allowed
    })
    const [here, there] = [taskKey('here'), taskKey('there')]
    run.submit(workloadIn(lost, there))
    const words = `cannot create resource "pods" in API group "" in the namespace "${lost}"`
    await eventually(() => run.executor.waitingReason(there)?.includes(words))
    run.submit(workloadIn(namespace, here))
    await run.untilEnded([here])
    expect(run.ends(here).map(({ state }) => state)).toEqual(['success'])
    expect(run.ends(there)).toEqual([])
    const { status, text } = await api.put(path, role)
    expect(status, text).toBe(200)
    await run.untilEnded([there])
    expect(run.ends(there).map(({ state }) => state)).toEqual(['success'])
  })
})
