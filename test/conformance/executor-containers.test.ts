import { type ExecutorEvent, podName } from '@davit/executor'
import type { Container, PodSpec } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import type { StartedBackend } from '../support/backend.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import { untilGone, untilPhase } from '../support/pods-by-api.ts'
import { shellContainer } from '../support/process-pod.ts'
import { taskKey } from '../support/scripted-workload.ts'
import { shellWorkload } from '../support/shell-workload.ts'

const key = taskKey('one')
const name = podName({ deployment: 'default', key, number: 1 })
const slowly = { withinMs: 45_000 }

interface More {
  readonly spec?: Partial<PodSpec>
  readonly container?: Partial<Container>
}

/** Runs one task to its end; what was reported of that. */
async function endOf(
  backend: StartedBackend,
  namespace: string,
  script: string,
  more: More = {},
): Promise<ExecutorEvent> {
  const { executorKubeconfig: kubeconfig } = backend
  await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', config: { infrastructureRetries: 0 } })
  run.submit(shellWorkload(backend, key, script, more))
  await run.untilEnded([key], slowly)
  const [end, ...others] = run.ends(key)
  if (end === undefined || others.length > 0) throw new Error('not one end')
  return end
}

const terminated = 'status.containerStatuses[0].state.terminated'
const waiting = 'status.containerStatuses[0].state.waiting.reason'

conformance('the executor and real containers', { runtime: 'process', concurrent: true }, (it) => {
  it.for<readonly [what: string, script: string, More, failureClass: string, evidence: string, message: string]>([
    ['an exit code', 'exit 3', {}, 'user', `${terminated}.exitCode=3`, 'exited with code 3'],
    // Kubernetes makes one dollar of two.
    ['a signal', `sh -c 'kill -9 $$$$'; exit $?`, {}, 'user', `${terminated}.exitCode=137`, 'SIGKILL'],
    [
      'no such command',
      '',
      { container: { command: ['nonsense'] } },
      'config',
      `${terminated}.reason=StartError`,
      'nonsense',
    ],
    [
      'no such image',
      '',
      { container: { image: 'missing/image:1' } },
      'config',
      `${waiting}=ErrImagePull`,
      'missing/image:1',
    ],
    [
      'an image that has no valid name',
      '',
      { container: { image: 'No Image' } },
      'config',
      `${waiting}=InvalidImageName`,
      'No Image',
    ],
    [
      'no such config map',
      '',
      { container: { envFrom: [{ configMapRef: { name: 'nowhere' } }] } },
      'config',
      `${waiting}=CreateContainerConfigError`,
      'configmap "nowhere" not found',
    ],
    [
      'an init container that fails',
      '',
      { spec: { initContainers: [shellContainer('first', 'exit 4')] } },
      'user',
      'status.initContainerStatuses[0].state.terminated.exitCode=4',
      'init container first exited with code 4',
    ],
    [
      'a deadline',
      'sleep 60',
      { spec: { activeDeadlineSeconds: 1 } },
      'deadline',
      'status.reason=DeadlineExceeded',
      '',
    ],
    [
      'a deadline that its process takes for a wish',
      'trap "exit 0" TERM; while :; do sleep 0.1; done',
      { spec: { activeDeadlineSeconds: 1 } },
      'deadline',
      'status.reason=DeadlineExceeded',
      '',
    ],
  ])('%s', async ([, script, more, failureClass, evidence, message], { backend, namespace }) => {
    const { state, failure } = await endOf(backend, namespace, script, more)
    expect([state, failure]).toEqual([
      'failed',
      { class: failureClass, evidence, message: expect.stringContaining(message), hint: expect.any(String) },
    ])
  })

  it('starts a container once, whatever the restart policy of its pod would be', async ({
    api,
    backend,
    namespace,
  }) => {
    const { state, launch } = await endOf(backend, namespace, 'exit 1', { spec: { restartPolicy: 'Always' } })
    expect([state, launch?.podName]).toEqual(['failed', name])
    const kept = await untilPhase(api, namespace, name, 'Failed', slowly)
    expect([kept.spec?.restartPolicy, kept.status.containerStatuses?.[0]?.restartCount]).toEqual(['Never', 0])
  })

  it('takes the end of the main container for the end, whatever a sidecar does', async ({
    api,
    backend,
    namespace,
  }) => {
    const sidecar = shellContainer('proxy', 'while :; do sleep 0.1; done', { restartPolicy: 'Always' })
    const { state } = await endOf(backend, namespace, 'sleep 0.2', { spec: { initContainers: [sidecar] } })
    expect(state).toBe('success')
    await untilGone(api, namespace, name)
  })

  it('hands on what the container leaves as its termination message, to the last byte', async ({
    backend,
    namespace,
  }) => {
    const text = 'x'.repeat(4_096)
    const { state, outcome } = await endOf(backend, namespace, `printf %s ${text} > /dev/termination-log`)
    expect([state, outcome?.exitCode, outcome?.terminationMessage]).toEqual(['success', 0, text])
  })

  it('tells the process of a revoked task to end, and its pod goes', async ({ api, backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    run.submit(shellWorkload(backend, key, `trap 'echo told; exit 0' TERM; echo begun; while :; do sleep 0.1; done`))
    await run.untilState(key, 'running')
    const lines: string[] = []
    const following = (async () => {
      for await (const line of run.executor.streamTaskLog({ key, queuedByJobId: '1' }, 1)) lines.push(line)
    })()
    await eventually(() => lines.includes('begun'))
    await run.executor.revokeTask({ key, queuedByJobId: '1' })
    await following
    expect(lines).toEqual(['begun', 'told'])
    await untilGone(api, namespace, name)
    expect(run.ends(key)).toEqual([])
  })
})

conformance('the executor and a container out of memory', { runtime: 'process', needs: ['memoryLimits'] }, (it) => {
  it('calls it that', async ({ backend, namespace }) => {
    const container = { resources: { limits: { memory: '20Mi' } } }
    const { state, failure } = await endOf(backend, namespace, 'tail /dev/zero', { container })
    expect([state, failure?.class, failure?.evidence]).toEqual(['failed', 'oom', `${terminated}.reason=OOMKilled`])
    expect(failure?.message).toContain('20Mi')
  })
})
