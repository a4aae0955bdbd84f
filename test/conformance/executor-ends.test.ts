import { type ExecutorOptions, type Failure, podName } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createdPods } from '../support/created-pods.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import { HandmadeNode } from '../support/nodes-by-api.ts'
import { readPod } from '../support/pods-by-api.ts'
import type { PodScript } from '../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'

const key = taskKey('one')
const name = podName({ deployment: 'default', key, number: 1 })
const image = 'registry.test/tool:1'

/** How a pod ends, what the executor makes of it, and the options without which it would wait for longer. */
type EndCase = readonly [script: PodScript, failure: FailureParts, options?: ExecutorOptions]
type FailureParts = readonly [failureClass: Failure['class'], evidence: string, message: string]

const terminated = 'status.containerStatuses[0].state.terminated'
const waiting = 'status.containerStatuses[0].state.waiting'
const firstInit = 'status.initContainerStatuses[0].state'
const notFound = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`
const notExecutable =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "missing": executable file not found in $PATH: unknown'
const tooMuchMemory = 'container base was killed: it used more memory than its limit allows'
const ownLimit = 'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.'

const ends: readonly EndCase[] = [
  // The task's own doing.
  [{ end: 'Error' }, ['user', `${terminated}.exitCode=1`, 'container base exited with code 1']],
  [
    { end: 'Error', exitCode: 139 },
    ['user', `${terminated}.exitCode=139`, 'container base was ended by signal 11 (SIGSEGV)'],
  ],
  [{ end: 'OOMKilled' }, ['oom', `${terminated}.reason=OOMKilled`, tooMuchMemory]],
  [{ end: 'OOMKilled', exitCode: 1 }, ['oom', `${terminated}.reason=OOMKilled`, tooMuchMemory]],
  [
    { end: 'Evicted', message: `${ownLimit} ` },
    ['user', 'status.reason=Evicted', `the pod was evicted: it used more than its limits: ${ownLimit}`],
  ],

  // What its author wrote.
  [
    { end: 'StartError' },
    ['config', `${terminated}.reason=StartError`, `container base could not start: ${notExecutable}`],
  ],
  [
    { end: 'CreateContainerConfigError' },
    [
      'config',
      `${waiting}.reason=CreateContainerConfigError`,
      'container base waits: its configuration is incomplete: configmap "missing" not found',
    ],
  ],
  [
    { end: 'CreateContainerError' },
    [
      'config',
      `${waiting}.reason=CreateContainerError`,
      'container base waits: it cannot be created: failed to generate container "base" spec: no command specified',
    ],
  ],
  [
    { end: 'ErrImagePull' },
    ['config', `${waiting}.reason=ErrImagePull`, `container base waits: its image cannot be pulled: ${notFound}`],
  ],
  [
    { end: 'ImageInspectError' },
    [
      'config',
      `${waiting}.reason=ImageInspectError`,
      'container base waits: its image cannot be read: Failed to inspect image "": rpc error: code = Unknown desc = short name mode is enforcing, but image name is ambiguous',
    ],
  ],
  [
    { end: 'InvalidImageName' },
    [
      'config',
      `${waiting}.reason=InvalidImageName`,
      `container base waits: its image name is invalid: Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`,
    ],
  ],
  [
    { end: 'ErrImageNeverPull' },
    [
      'config',
      `${waiting}.reason=ErrImageNeverPull`,
      `its image was not pulled within 1 s (pullingSeconds): ${image} for container base: Container image "${image}" is not present with pull policy of Never`,
    ],
    { pullingSeconds: 1 },
  ],

  // The machinery.
  [{ end: 'Unknown' }, ['infrastructure', `${terminated}.reason=Unknown`, 'the node lost container base']],
  [
    { end: 'CreateContainerError', message: 'context deadline exceeded' },
    [
      'infrastructure',
      `${waiting}.reason=CreateContainerError`,
      'container base waits: it cannot be created: context deadline exceeded',
    ],
  ],
  [
    // Airflow's exemption: it is not fatal, and passes.
    { end: 'ErrImagePull', message: 'pull QPS exceeded' },
    [
      'infrastructure',
      `${waiting}.reason=ErrImagePull`,
      `its image was not pulled within 1 s (pullingSeconds): ${image} for container base: pull QPS exceeded`,
    ],
    { pullingSeconds: 1 },
  ],
  [
    { end: 'RegistryUnavailable' },
    [
      'infrastructure',
      `${waiting}.reason=RegistryUnavailable`,
      `its image was not pulled within 1 s (pullingSeconds): ${image} for container base: image pull failed for ${image} because the registry is unavailable: dial tcp 192.0.2.1:443: connect: connection refused`,
    ],
    { pullingSeconds: 1 },
  ],
  [
    { end: 'NodeAffinity' },
    [
      'infrastructure',
      'status.reason=NodeAffinity',
      "the node refused the pod: its labels no longer fit: Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    ],
  ],
  [
    { end: 'OutOfcpu' },
    [
      'infrastructure',
      'status.reason=OutOfcpu',
      "the node refused the pod: it had no room left: Pod was rejected: Node didn't have enough resource: cpu, requested: 2000, used: 7000, capacity: 8000",
    ],
  ],
  [
    { end: 'UnexpectedAdmissionError' },
    [
      'infrastructure',
      'status.reason=UnexpectedAdmissionError',
      'the node refused the pod: Pod was rejected: Allocate failed due to no healthy devices present, which is unexpected',
    ],
  ],

  // What else goes on in the cluster.
  [
    { end: 'Evicted' },
    [
      'disruption',
      'status.reason=Evicted',
      'the pod was evicted from its node: The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi.',
    ],
  ],
  [
    { end: 'Preempting' },
    [
      'disruption',
      'status.reason=Preempting',
      'the pod gave way to one of higher priority: Preempted in order to admit critical pod',
    ],
  ],
  [
    { end: 'Terminated' },
    [
      'disruption',
      'status.reason=Terminated',
      'the node was shut down: Pod was terminated in response to imminent node shutdown.',
    ],
  ],
  [
    { end: 'PreemptionByScheduler' },
    [
      'disruption',
      'status.conditions[0].reason=PreemptionByScheduler',
      'the pod gave way to one of higher priority: default-scheduler: preempting to accommodate a higher priority pod',
    ],
  ],
  [
    { end: 'EvictionByEvictionAPI' },
    [
      'disruption',
      'status.conditions[0].reason=EvictionByEvictionAPI',
      'the pod was evicted, as by a drain: Eviction API: evicting',
    ],
  ],
  [
    { end: 'DeletionByTaintManager' },
    [
      'disruption',
      'status.conditions[0].reason=DeletionByTaintManager',
      'the node was tainted, and the pod does not tolerate that: Taint manager: deleting due to NoExecute taint',
    ],
  ],
  [
    { end: 'DeletionByPodGC' },
    [
      'disruption',
      // Behind those of the kubelet, which is gone.
      'status.conditions[5].reason=DeletionByPodGC',
      'the node that ran the pod is gone: PodGC: node no longer exists',
    ],
  ],
]

conformance('the executor and the end of a pod', { needs: ['scriptedPods', 'requestLog'] }, (it) => {
  const start = (kubeconfig: string, namespace: string, options: ExecutorOptions) =>
    startExecutor({
      kubeconfig,
      namespace,
      jobId: '7',
      config: { workerContainerRepository: 'registry.test/tool', ...options },
    })

  it.for(ends)('%j', async ([script, [failureClass, evidence, message], options], { backend, namespace }) => {
    await using run = await start(backend.executorKubeconfig, namespace, { infrastructureRetries: 0, ...options })
    run.submit(scriptedWorkload(key, { runMs: 10, ...script }))
    await run.untilEnded([key])
    expect(run.ends(key)).toEqual([
      expect.objectContaining({
        state: 'failed',
        // Airflow's words where it has any: for a pod that says why it failed as a whole.
        info: evidence.startsWith('status.reason') ? `Pod failed because of ${evidence.split('=')[1]}` : message,
        failure: { class: failureClass, evidence, message, hint: expect.any(String) },
      }),
    ])
  })

  // What only an event tells: the pod itself shows ContainerCreating for ever.
  it.for<readonly [end: string, failureClass: Failure['class'], told: string, hint: string]>([
    [
      'FailedMount',
      'config',
      'MountVolume.SetUp failed for volume "missing" : configmap "missing" not found',
      'create it in the namespace of the pod',
    ],
    [
      'FailedCreatePodSandBox',
      'infrastructure',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox',
      'the network plugin',
    ],
  ])('P9: %s: says what the events say', async ([end, failureClass, told, hint], { backend, namespace }) => {
    await using run = await start(backend.executorKubeconfig, namespace, {
      infrastructureRetries: 0,
      creatingSeconds: 1,
    })
    run.submit(scriptedWorkload(key, { runMs: 10, end }))
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject([
      {
        state: 'failed',
        failure: {
          class: failureClass,
          evidence: expect.stringMatching(new RegExp(`^events\\[\\d\\]\\.reason=${end}$`)),
          message: expect.stringContaining(
            `its containers were not created within 1 s (creatingSeconds): container base: ContainerCreating; ${end}: ${told}`,
          ),
          hint: expect.stringContaining(hint),
        },
      },
    ])
  })

  it.for<readonly [end: string, failureClass: Failure['class'], evidence: string, message: string]>([
    ['Init:Error', 'user', `${firstInit}.terminated.exitCode=1`, 'init container fetch exited with code 1'],
    [
      'Init:OOMKilled',
      'oom',
      `${firstInit}.terminated.reason=OOMKilled`,
      'init container fetch was killed: it used more memory than its limit allows',
    ],
    [
      'Init:ErrImagePull',
      'config',
      `${firstInit}.waiting.reason=ErrImagePull`,
      `init container fetch waits: its image cannot be pulled: ${notFound}`,
    ],
  ])('%s', async ([end, failureClass, evidence, message], { backend, namespace }) => {
    await using run = await start(backend.executorKubeconfig, namespace, {})
    const workload = scriptedWorkload(key, { runMs: 10, end })
    const { podOverride } = workload.executorConfig as { podOverride: object }
    run.submit({
      ...workload,
      executorConfig: { podOverride: { ...podOverride, spec: { initContainers: [{ name: 'fetch', image }] } } },
    })
    await run.untilEnded([key])
    expect(run.ends(key)).toEqual([
      expect.objectContaining({
        state: 'failed',
        failure: { class: failureClass, evidence, message, hint: expect.any(String) },
      }),
    ])
  })

  it.for<readonly [end: string, pods: number]>([
    ['Evicted', 2],
    ['DeletionByTaintManager', 2],
    ['OutOfcpu', 2],
    ['OOMKilled', 1],
    ['ErrImagePull', 1],
  ])('%s: %i pods for one try with one infrastructure retry', async ([end, pods], { backend, namespace }) => {
    await using run = await start(backend.executorKubeconfig, namespace, { infrastructureRetries: 1 })
    run.submit(scriptedWorkload(key, { runMs: 10, end }))
    await run.untilEnded([key])
    expect(run.ends(key)).toHaveLength(1)
    expect(await createdPods(backend, namespace, pods)).toHaveLength(pods)
  })

  it('a node that is lost with the pod on it: nothing before the pod is gone, then a disruption', async ({
    api,
    backend,
    namespace,
  }) => {
    await using node = await HandmadeNode.create(api, namespace.slice(-8))
    await using run = await start(backend.executorKubeconfig, namespace, { infrastructureRetries: 0 })
    const podOverride = { spec: { nodeName: node.name } }
    run.submit({ key, args: ['true'], executorConfig: { podOverride } })
    const path = podsPath(namespace, name)
    await eventually(() => readPod(api, namespace, name))
    const state = { running: { startedAt: '2026-01-01T00:00:00Z' } }
    const base = { name: 'base', image, imageID: '', ready: true, restartCount: 0, state }
    await api.patch(`${path}/status`, 'merge', { status: { phase: 'Running', containerStatuses: [base] } })
    await run.untilState(key, 'running')
    await node.taint([{ key: 'davit.test/lost', effect: 'NoExecute' }])
    await eventually(async () => (await readPod(api, namespace, name))?.metadata.deletionTimestamp)
    expect(run.ends(key)).toEqual([])
    await api.delete(withQuery(path, { gracePeriodSeconds: 0 }))
    await run.untilEnded([key])
    expect(run.ends(key)).toEqual([
      expect.objectContaining({
        state: 'failed',
        failure: {
          class: 'disruption',
          hint: expect.stringContaining('infrastructureRetries'),
          evidence: 'status.conditions[0].type=DisruptionTarget',
          message: `pod ${namespace}/${name} was taken away: Taint manager: deleting due to NoExecute taint`,
        },
      }),
    ])
  })

  it('an OOM: the pod is kept, and says so', async ({ api, backend, namespace }) => {
    await using run = await start(backend.executorKubeconfig, namespace, {})
    run.submit(scriptedWorkload(key, { runMs: 10, end: 'OOMKilled' }))
    await run.untilEnded([key])
    await run.executor.settled()
    expect((await readPod(api, namespace, name))?.status).toMatchObject({
      phase: 'Failed',
      containerStatuses: [{ name: 'base', state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }],
    })
  })
})
