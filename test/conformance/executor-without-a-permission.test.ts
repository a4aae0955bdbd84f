import { podName } from '@davit/executor'
import { expect } from 'vitest'
import type { StartedBackend } from '../support/backend.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { executorRole, grantRole, rbacPath, roleWithout } from '../support/executor-role.ts'
import { startExecutor } from '../support/executor-run.ts'
import { createPod, readPod, untilGone } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { RecordingLogger } from '../support/recording-logger.ts'
import { enforceQuota } from '../support/resource-quota.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { createServiceAccount, serviceAccountKubeconfig } from '../support/service-account.ts'

const key = taskKey('one')
const name = podName({ deployment: 'default', key, number: 1 })

interface Surroundings {
  readonly api: RawApi
  readonly backend: StartedBackend
  readonly namespace: string
}

/** A user who may do all that the executor needs, but one thing, until it is granted too. */
async function userWithout(grant: string, { api, backend, namespace }: Surroundings) {
  const role = await executorRole()
  const account = { namespace, name: 'lacking' }
  await createServiceAccount(api, account)
  const lacking = roleWithout(role, account.name, grant)
  await grantRole(api, namespace, lacking, { kind: 'ServiceAccount', ...account })
  return {
    kubeconfig: await serviceAccountKubeconfig(api, account, backend.kubeconfig),
    async grantTheRest() {
      const { status, text } = await api.put(rbacPath(namespace, 'roles', account.name), {
        ...lacking,
        rules: role.rules,
      })
      expect(status, text).toBe(200)
    },
  }
}

const refused = (verb: string, resource = 'pods') => `cannot ${verb} resource "${resource}"`

conformance('the executor without a permission', { needs: ['scriptedPods', 'roles'] }, (it) => {
  it.for(['create', 'watch'])(
    'waits and names the verb when it may not %s pods, and goes on once it may',
    async (verb, { api, backend, namespace }) => {
      const user = await userWithout(`${verb} pods`, { api, backend, namespace })
      await using run = await startExecutor({ kubeconfig: user.kubeconfig, namespace, jobId: '1' })
      // What is listed before the watch is refused would be seen, and might have ended.
      await eventually(() => run.executor.state.watches.every(({ staleSeconds }) => staleSeconds !== null))
      run.submit(scriptedWorkload(key, { runMs: 100 }))
      await eventually(() => run.executor.waitingReason(key)?.includes(refused(verb)))
      expect(run.ends(key)).toEqual([])
      expect(run.executor.state.troubles).toMatchObject([{ cause: 'rbac' }])
      await user.grantTheRest()
      await run.untilEnded([key])
      expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
      await untilGone(api, namespace, name)
    },
  )

  it('runs its tasks without lists: a watch begins with what is there', async ({ api, backend, namespace }) => {
    const user = await userWithout('list pods', { api, backend, namespace })
    await using run = await startExecutor({ kubeconfig: user.kubeconfig, namespace, jobId: '1' })
    run.submit(scriptedWorkload(key, { runMs: 100 }))
    await run.untilEnded([key])
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
    expect(run.executor.state.troubles).toEqual([])
  })

  it('waits and names the verb when it may not get the pod that has its name', async ({ api, backend, namespace }) => {
    const user = await userWithout('get pods', { api, backend, namespace })
    await createPod(api, namespace, scriptedPod(name, { hold: true }))
    await using run = await startExecutor({ kubeconfig: user.kubeconfig, namespace, jobId: '1' })
    run.submit(scriptedWorkload(key, { runMs: 100 }))
    await eventually(() => run.executor.waitingReason(key)?.includes(refused('get')))
    expect(run.ends(key)).toEqual([])
    await user.grantTheRest()
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'config' } }])
  })

  it('says that it may not patch, and marks the failed pod once it may', async ({ api, backend, namespace }) => {
    const user = await userWithout('patch pods', { api, backend, namespace })
    const logger = new RecordingLogger()
    await using run = await startExecutor({ kubeconfig: user.kubeconfig, namespace, jobId: '1', logger })
    run.submit(scriptedWorkload(key, { runMs: 10, exitCode: 3 }))
    await run.untilEnded([key])
    await eventually(() => logger.says(refused('patch')))
    await user.grantTheRest()
    await eventually(async () => {
      const pod = await readPod(api, namespace, name)
      return pod?.metadata.labels?.airflow_executor_done === 'True'
    })
  })

  it('says that it may not delete, and deletes once it may', async ({ api, backend, namespace }) => {
    const user = await userWithout('delete pods', { api, backend, namespace })
    const logger = new RecordingLogger()
    await using run = await startExecutor({ kubeconfig: user.kubeconfig, namespace, jobId: '1', logger })
    run.submit(scriptedWorkload(key, { runMs: 10 }))
    await run.untilEnded([key])
    await eventually(() => logger.says(refused('delete')))
    await user.grantTheRest()
    await untilGone(api, namespace, name)
  })

  it('says in the place of the log that it may not read it', async ({ api, backend, namespace }) => {
    const user = await userWithout('get pods/log', { api, backend, namespace })
    await using run = await startExecutor({ kubeconfig: user.kubeconfig, namespace, jobId: '1' })
    run.submit(scriptedWorkload(key, { hold: true }))
    await run.untilState(key, 'running')
    const read = () => run.executor.getTaskLog({ key, queuedByJobId: '1' }, 1)
    const [messages, logs] = await read()
    expect(messages.join('\n')).toContain(refused('get', 'pods/log'))
    expect(logs).toEqual([''])
    await user.grantTheRest()
    await eventually(async () => (await read())[1].join('').includes('first line'))
  })

  it('goes on without the events, and says that they may not be read', async ({ api, backend, namespace }) => {
    const user = await userWithout('list events', { api, backend, namespace })
    const logger = new RecordingLogger()
    const config = { creatingSeconds: 10, infrastructureRetries: 0 }
    await using run = await startExecutor({ kubeconfig: user.kubeconfig, namespace, jobId: '1', logger, config })
    run.submit(scriptedWorkload(key, { end: 'FailedMount' }))
    await eventually(() => run.executor.waitingReason(key)?.includes(refused('list', 'events')))
    expect(run.executor.waitingReason(key)).toContain('its events cannot be read: ')
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'infrastructure' } }])
    expect(logger.says('events may not be read')).toBe(true)
  })

  it('finds out by trial when a used-up quota has room again', async ({ api, backend, namespace }) => {
    const user = await userWithout('watch resourcequotas', { api, backend, namespace })
    await enforceQuota(api, namespace, { pods: '1' })
    const logger = new RecordingLogger()
    await using run = await startExecutor({ kubeconfig: user.kubeconfig, namespace, jobId: '1', logger })
    const first = taskKey('first')
    run.submit(scriptedWorkload(first, { runMs: 1_000 }))
    await run.untilState(first, 'running')
    run.submit(scriptedWorkload(key, { runMs: 10 }))
    await run.untilEnded([first, key])
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
    expect(logger.says(refused('watch', 'resourcequotas'))).toBe(true)
  })
})
