import { podName } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import { KeptLaunchStore } from '../support/kept-launch-store.ts'
import { untilPrinted } from '../support/pod-output.ts'
import { readPod, untilGone } from '../support/pods-by-api.ts'
import { taskKey } from '../support/scripted-workload.ts'
import { shellWorkload } from '../support/shell-workload.ts'

const nameOf = (task: string) => podName({ deployment: 'default', key: taskKey(task), number: 1 })
/** Of these ends the first is to be seen, and no second pod. */
const config = { infrastructureRetries: 0 }

conformance('pods of real containers that others delete', { runtime: 'process', concurrent: true }, (it) => {
  it.for([
    // A shell that is process 1 does not hear SIGTERM.
    ['dies of it', 'echo ready; sleep 60', { exitCode: 137, state: 'failed', failure: { class: 'disruption' } }],
    [
      'ends by itself within its grace',
      'trap "exit 0" TERM; echo ready; sleep 60 & wait',
      { exitCode: 0, state: 'success' },
    ],
  ] as const)('that %s is recorded, and then goes', async ([, script, end], { api, backend, namespace }) => {
    const store = new KeptLaunchStore()
    const { executorKubeconfig: kubeconfig } = backend
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', store, config })
    run.submit(shellWorkload(backend, taskKey('running'), script))
    await run.untilState(taskKey('running'), 'running')
    await untilPrinted(api, namespace, nameOf('running'), 'ready')
    await api.delete(podsPath(namespace, nameOf('running')))
    await run.untilEnded([taskKey('running')])
    expect(store.outcomes).toMatchObject([end])
    await untilGone(api, namespace, nameOf('running'))
  })

  it('is over when its container was never made', async ({ api, backend, namespace }) => {
    const store = new KeptLaunchStore()
    const { executorKubeconfig: kubeconfig } = backend
    const patient = { ...config, workerPodPendingFatalContainerStateReasons: [] }
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', store, config: patient })
    const envFrom = [{ configMapRef: { name: 'nowhere' } }]
    run.submit(shellWorkload(backend, taskKey('waiting'), 'true', { container: { envFrom } }))
    await eventually(async () => {
      const waiting = (await readPod(api, namespace, nameOf('waiting')))?.status.containerStatuses?.[0]?.state?.waiting
      return waiting?.reason === 'CreateContainerConfigError'
    })
    await api.delete(podsPath(namespace, nameOf('waiting')))
    await run.untilEnded([taskKey('waiting')])
    expect(store.outcomes).toMatchObject([{ state: 'failed', failure: { class: 'disruption' } }])
    await untilGone(api, namespace, nameOf('waiting'))
  })

  it('is over when no node has it', async ({ api, backend, namespace }) => {
    const store = new KeptLaunchStore()
    const { executorKubeconfig: kubeconfig } = backend
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', store, config })
    run.submit(shellWorkload(backend, taskKey('nowhere'), 'true', { spec: { nodeSelector: { no: 'node' } } }))
    await eventually(async () => (await store.currentLaunches()).some(({ uid }) => uid !== undefined))
    await api.delete(podsPath(namespace, nameOf('nowhere')))
    await run.untilEnded([taskKey('nowhere')])
    expect(store.outcomes).toMatchObject([{ state: 'failed', failure: { class: 'disruption' } }])
    await untilGone(api, namespace, nameOf('nowhere'))
  })
})
