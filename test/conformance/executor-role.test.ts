import { podName, requiredPermissions } from '@davit/executor'
import { expect } from 'vitest'
import type { StartedBackend } from '../support/backend.ts'
import { conformance } from '../support/conformance.ts'
import { editKubeconfig } from '../support/edit-kubeconfig.ts'
import { eventually } from '../support/eventually.ts'
import { executorRole, grantsOf, grantText } from '../support/executor-role.ts'
import { startExecutor } from '../support/executor-run.ts'
import { createPod, readPod, untilGone } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { enforceQuota } from '../support/resource-quota.ts'
import { runDavit } from '../support/run-davit.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A DAG of pods that play. */
const dag = `dag_id: permissions
tasks:
  - task_id: container
    image: busybox
    command: ["true"]
`

conformance('the role of deploy/role.yaml', { needs: ['scriptedPods', 'roles'] }, (it) => {
  it('allows what the executor and davit ask for, and nothing that they do not', async ({
    api,
    backend,
    namespace,
  }) => {
    const before = (await backend.executorRequests()).length
    await askForEverything(api, backend, namespace)
    await runDag(backend, namespace)

    const wanted = requiredPermissions.map(grantText).toSorted()
    expect(grantsOf(await executorRole()).toSorted()).toEqual(wanted)
    // The audit log may be a moment behind the answers.
    const { inside = [], outside = [] } = await eventually(async () => {
      const asked = (await backend.executorRequests()).slice(before)
      const split = Object.groupBy(asked, (request) => (request.namespace === namespace ? 'inside' : 'outside'))
      const used = new Set(split.inside?.map(({ verb, resource }) => `${verb} ${resource}`))
      expect([...used].toSorted()).toEqual(wanted)
      return split
    })
    expect(new Set(inside.map(({ grantedBy }) => grantedBy))).toEqual(
      new Set([`RBAC: allowed by RoleBinding "davit/${namespace}" of Role "davit" to User "davit"`]),
    )
    // What Kubernetes allows every user.
    expect(new Set(outside.map(({ verb, resource, uri }) => `${verb} ${resource ?? uri}`))).toEqual(
      new Set(['get /version', 'create authorization.k8s.io/selfsubjectaccessreviews']),
    )
  })
})

/** Lets executors use each permission: two, as the second adopts what the first leaves. */
async function askForEverything(api: RawApi, backend: StartedBackend, namespace: string): Promise<void> {
  const kubeconfig = backend.executorKubeconfig
  const held = taskKey('held')
  {
    const [good, bad, taken, stuck] = [taskKey('good'), taskKey('bad'), taskKey('taken'), taskKey('stuck')]
    const nameOf = (key: typeof good) => podName({ deployment: 'default', key, number: 1 })
    await createPod(api, namespace, scriptedPod(nameOf(taken), { hold: true }))
    const config = { creatingSeconds: 1, infrastructureRetries: 0 }
    await using first = await startExecutor({ kubeconfig, namespace, jobId: '1', config })
    first.submit(
      scriptedWorkload(good, { runMs: 100 }),
      scriptedWorkload(bad, { runMs: 100, exitCode: 3 }),
      scriptedWorkload(taken, {}),
      scriptedWorkload(stuck, { end: 'FailedMount' }),
      scriptedWorkload(held, { hold: true }),
    )
    await first.untilEnded([good, bad, taken, stuck])
    await first.untilState(held, 'running')
    const [, logs] = await first.executor.getTaskLog({ key: held, queuedByJobId: '1' }, 1)
    expect(logs.join('')).not.toBe('')
    await untilGone(api, namespace, nameOf(good))
    await eventually(async () => (await readPod(api, namespace, nameOf(bad)))?.metadata.labels?.airflow_executor_done)
  }
  await using second = await startExecutor({ kubeconfig, namespace, jobId: '2' })
  expect(await second.executor.tryAdoptTaskInstances([{ key: held, queuedByJobId: '1' }])).toEqual([])
  // Those of `held` and `taken`.
  await enforceQuota(api, namespace, { pods: '2' })
  const waits = taskKey('waits')
  second.submit(scriptedWorkload(waits, { runMs: 100 }))
  await eventually(() => second.executor.waitingReason(waits)?.includes('exceeded quota'))
  await second.executor.revokeTask({ key: held, queuedByJobId: '2' })
  await untilGone(api, namespace, podName({ deployment: 'default', key: held, number: 1 }))
  await second.untilEnded([waits])
}

async function runDag(backend: StartedBackend, namespace: string): Promise<void> {
  await using folder = await temporaryFolder()
  const kubeconfig = await folder.write('kubeconfig', editKubeconfig(backend.executorKubeconfig, { namespace }))
  const args = ['run', await folder.write('permissions.yaml', dag), '--kubeconfig', kubeconfig, '--json']
  const { exitCode, stderr } = await runDavit(args, { cwd: folder.path })
  expect(exitCode, stderr).toBe(0)
  expect(stderr).not.toContain('not allowed')
}
