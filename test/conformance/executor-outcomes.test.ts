import { expect } from 'vitest'
import { conformance } from '../support/conformance.ts'
import { startExecutor } from '../support/executor-run.ts'
import { type PodScript, scriptAnnotations } from '../support/scripted-pod.ts'
import { taskKey } from '../support/scripted-workload.ts'

const key = taskKey('one')

/** Each end is the try's outcome at once, and what does not start is given up soon. */
const config = { infrastructureRetries: 0, creatingSeconds: 1, pullingSeconds: 1 }

const terminated = 'status.containerStatuses[0].state.terminated'
const waiting = 'status.containerStatuses[0].state.waiting.reason'
const initTerminated = 'status.initContainerStatuses[0].state.terminated'

type Row = readonly [script: PodScript, failureClass: string, evidence: unknown, message: string]

/** How a pod ends, and what the executor makes of it: the class, the field that decided, and a word of what people read. */
const rows: readonly Row[] = [
  [{ end: 'Error', exitCode: 64 }, 'user', `${terminated}.exitCode=64`, 'exited with code 64'],
  [{ exitCode: 143 }, 'user', `${terminated}.exitCode=143`, 'SIGTERM'],
  [{ end: 'OOMKilled' }, 'oom', `${terminated}.reason=OOMKilled`, 'more memory than its limit'],
  [{ end: 'Unknown' }, 'infrastructure', `${terminated}.reason=Unknown`, 'the node lost container base'],
  [{ end: 'StartError' }, 'config', `${terminated}.reason=StartError`, 'executable file not found'],
  [{ end: 'CreateContainerConfigError' }, 'config', `${waiting}=CreateContainerConfigError`, 'configmap "missing"'],
  [{ end: 'CreateContainerError' }, 'config', `${waiting}=CreateContainerError`, 'no command specified'],
  [{ end: 'ErrImagePull' }, 'config', `${waiting}=ErrImagePull`, 'cannot be pulled'],
  [{ end: 'ErrImageNeverPull' }, 'config', `${waiting}=ErrImageNeverPull`, 'within 1 s (pullingSeconds)'],
  [{ end: 'ImageInspectError' }, 'config', `${waiting}=ImageInspectError`, 'its image cannot be read'],
  [{ end: 'InvalidImageName' }, 'config', `${waiting}=InvalidImageName`, 'its image name is invalid'],
  [{ end: 'RegistryUnavailable' }, 'config', `${waiting}=RegistryUnavailable`, 'within 1 s (pullingSeconds)'],
  [{ end: 'FailedMount' }, 'infrastructure', `${waiting}=ContainerCreating`, 'within 1 s (creatingSeconds)'],
  [{ end: 'FailedCreatePodSandBox' }, 'infrastructure', `${waiting}=ContainerCreating`, 'within 1 s (creatingSeconds)'],
  [{ end: 'NodeAffinity' }, 'infrastructure', 'status.reason=NodeAffinity', 'the node refused the pod'],
  [{ end: 'OutOfcpu' }, 'infrastructure', 'status.reason=OutOfcpu', 'the node refused the pod'],
  [{ end: 'UnexpectedAdmissionError' }, 'infrastructure', 'status.reason=UnexpectedAdmissionError', 'the node refused'],
  [{ end: 'Evicted' }, 'disruption', 'status.reason=Evicted', 'low on resource: memory'],
  [{ end: 'Preempting' }, 'disruption', 'status.reason=Preempting', 'gave way to one of higher priority'],
  [{ end: 'Terminated' }, 'disruption', 'status.reason=Terminated', 'the node was shut down'],
  [
    { end: 'PreemptionByScheduler' },
    'disruption',
    target('PreemptionByScheduler'),
    'gave way to one of higher priority',
  ],
  [{ end: 'EvictionByEvictionAPI' }, 'disruption', target('EvictionByEvictionAPI'), 'evicted, as by a drain'],
  [{ end: 'DeletionByTaintManager' }, 'disruption', target('DeletionByTaintManager'), 'the node was tainted'],
  [{ end: 'DeletionByPodGC' }, 'disruption', target('DeletionByPodGC'), 'the node that ran the pod is gone'],
  [
    { end: 'Init:Error', exitCode: 2 },
    'user',
    `${initTerminated}.exitCode=2`,
    'init container first exited with code 2',
  ],
  [{ end: 'Init:OOMKilled' }, 'oom', `${initTerminated}.reason=OOMKilled`, 'init container first'],
]

/** Conditions have no order. */
function target(reason: string): unknown {
  return expect.stringMatching(`^status\\.conditions\\[\\d\\]\\.reason=${reason}$`)
}

conformance('what the executor makes of', { needs: ['scriptedPods'] }, (it) => {
  it.for(rows)('%j: %s', async ([script, failureClass, evidence, message], { backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1', config })
    const metadata = { annotations: scriptAnnotations({ runMs: 100, ...script }) }
    const initContainers = script.end?.startsWith('Init:') ? [{ name: 'first', image: 'busybox' }] : []
    run.submit({ key, args: ['true'], executorConfig: { podOverride: { metadata, spec: { initContainers } } } })
    await run.untilEnded([key])
    const failure = {
      class: failureClass,
      evidence,
      message: expect.stringContaining(message),
    }
    expect(run.ends(key)).toMatchObject([{ state: 'failed', failure }])
  })
})
