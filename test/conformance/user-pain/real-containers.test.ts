import { type Failure, podName } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath } from '../../support/api-paths.ts'
import { conformance } from '../../support/conformance.ts'
import { eventually } from '../../support/eventually.ts'
import { startExecutor } from '../../support/executor-run.ts'
import { readPod, untilGone } from '../../support/pods-by-api.ts'
import { shellContainer } from '../../support/process-pod.ts'
import { taskKey } from '../../support/scripted-workload.ts'
import { shellWorkload } from '../../support/shell-workload.ts'

const key = taskKey('one')
const name = podName({ deployment: 'default', key, number: 1 })
const failed = (failureClass: Failure['class'], message: string) => [
  {
    state: 'failed',
    failure: { class: failureClass, message: expect.stringContaining(message), hint: expect.any(String) },
  },
]

conformance('what users complain of, with real containers', { runtime: 'process', concurrent: true }, (it) => {
  it('P9 b: a wrong image fails in seconds, in the registry’s words', async ({ backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit(shellWorkload(backend, key, '', { container: { image: 'missing/image:1' } }))
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject(failed('config', 'missing/image:1'))
  })

  it('P9 c: a ConfigMap that is missing fails in seconds, by name', async ({ backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit(shellWorkload(backend, key, '', { container: { envFrom: [{ configMapRef: { name: 'nowhere' } }] } }))
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject(failed('config', 'configmap "nowhere" not found'))
  })

  it('P9 c: one that is missing as a volume: waitingReason and the failure say what the kubelet’s events say', async ({
    backend,
    namespace,
  }) => {
    const config = { creatingSeconds: 5, infrastructureRetries: 0 }
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1', config })
    const volumes = [{ name: 'v', configMap: { name: 'nowhere' } }]
    const container = { volumeMounts: [{ name: 'v', mountPath: '/v' }] }
    run.submit(shellWorkload(backend, key, '', { spec: { volumes }, container }))
    const told = 'FailedMount: MountVolume.SetUp failed for volume "v" : configmap "nowhere" not found'
    await eventually(() => run.executor.waitingReason(key)?.includes(told))
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject(failed('config', told))
  })

  it('P9 d: a pull that heals while the kubelet backs off: the task runs', async ({ api, backend, namespace }) => {
    const config = { fatalReasonGraceSeconds: { ErrImagePull: 300 } }
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1', config })
    run.submit(shellWorkload(backend, key, 'exit 0', { container: { image: 'missing/image:1' } }))
    await eventually(() => run.executor.waitingReason(key)?.startsWith('pulling image: missing/image:1'))
    const spec = { containers: [{ name: 'base', image: 'busybox:1' }] }
    const { status, text } = await api.patch(podsPath(namespace, name), 'strategic', { spec })
    expect(status, text).toBe(200)
    await run.untilEnded([key], { withinMs: 60_000 })
    expect(run.ends(key)).toMatchObject([{ state: 'success', launch: { number: 1 } }])
  })

  it.for([
    [0, 'success'],
    [1, 'failed'],
  ] as const)(
    'P25: the main container ends with %i beside one that never ends: recorded at once, and the pod goes',
    async ([code, state], { api, backend, namespace }) => {
      await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
      const containers = [shellContainer('a-proxy', 'trap "exit 0" TERM; while :; do sleep 0.1; done')]
      run.submit(
        shellWorkload(backend, key, `sleep 0.5; exit ${code}`, {
          spec: { containers, terminationGracePeriodSeconds: 1 },
        }),
      )
      await run.untilEnded([key])
      const [end] = run.ends(key)
      expect(end?.state).toBe(state)
      const endedAt = Date.parse(end?.outcome?.endedAt ?? '')
      // The kubelet looks at containers once a second, and its times have whole seconds.
      expect(Date.now() - endedAt).toBeLessThan(10_000)
      await untilGone(api, namespace, name)
    },
  )

  it('P25: a sidecar that crashes changes nothing for the task', async ({ api, backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    const containers = [shellContainer('a-proxy', 'exit 9')]
    run.submit(shellWorkload(backend, key, 'sleep 2', { spec: { containers } }))
    await eventually(async () => {
      const statuses = (await readPod(api, namespace, name))?.status.containerStatuses ?? []
      return statuses.find((each) => each.name === 'a-proxy')?.state?.terminated?.exitCode === 9
    })
    expect(run.ends(key)).toEqual([])
    await run.untilEnded([key])
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
  })
})
