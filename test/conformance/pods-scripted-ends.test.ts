import { expect } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { plainStatus } from '../support/plain-status.ts'
import { createPod, readPod, type StoredPod, untilGone, untilPhase } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { type PodScript, scriptedPod } from '../support/scripted-pod.ts'
import type { TestPodOptions } from '../support/test-pod.ts'

const image = 'registry.test/tool:1'
const pulled = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`
const notFound = `rpc error: code = NotFound desc = ${pulled}`
const unavailable = `image pull failed for ${image} because the registry is unavailable: dial tcp 192.0.2.1:443: connect: connection refused`
const notExecutable =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "missing": executable file not found in $PATH: unknown'
const lowOnMemory = 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi. '

const waitingFor = (reason: string, message?: string) => ({
  waiting: { reason, ...(message !== undefined && { message }) },
})
const ended = (exitCode: number, reason: string, more: object = {}) => ({
  terminated: { exitCode, reason, startedAt: 'time', finishedAt: 'time', containerID: 'id', ...more },
})
const lost = {
  terminated: {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    startedAt: null,
    finishedAt: null,
  },
}

/** A container that never was. */
const uncreated = (name: string, state: object) => ({
  name,
  image,
  imageID: '',
  lastState: {},
  ready: false,
  restartCount: 0,
  started: false,
  state,
})

/** A container that was there, and has ended. */
const created = (name: string, state: object) => ({
  ...uncreated(name, state),
  imageID: 'id',
  containerID: 'id',
  resources: {},
})

type Condition = readonly [type: string, status: string, reason?: string, message?: string]

function conditions(given: readonly Condition[], observedGeneration: number | null = 1): object[] {
  return given.map(([type, status, reason, message]) => ({
    type,
    ...(observedGeneration !== null && { observedGeneration }),
    status,
    lastProbeTime: null,
    lastTransitionTime: 'time',
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  }))
}

const initialized: Condition = ['Initialized', 'True']
const uninitialized: Condition = [
  'Initialized',
  'False',
  'ContainersNotInitialized',
  'containers with incomplete status: [first second]',
]
const unready: readonly Condition[] = ['Ready', 'ContainersReady'].map((type) => [
  type,
  'False',
  'ContainersNotReady',
  'containers with unready status: [base]',
])
const failed: readonly Condition[] = [
  ['Ready', 'False', 'PodFailed'],
  ['ContainersReady', 'False', 'PodFailed'],
]
const scheduled: Condition = ['PodScheduled', 'True']
const sandbox = (status: 'True' | 'False'): Condition => ['PodReadyToStartContainers', status]

/** What the status of every pod has that its node took. */
const taken = {
  observedGeneration: 1,
  hostIP: 'address',
  hostIPs: [{ ip: 'address' }],
  startTime: 'time',
  qosClass: 'BestEffort',
}
const addressed = { ...taken, podIP: 'address', podIPs: [{ ip: 'address' }] }

const plain: TestPodOptions = { container: { image }, spec: { automountServiceAccountToken: false } }
const initialising: TestPodOptions = {
  container: { image },
  spec: {
    automountServiceAccountToken: false,
    initContainers: [
      { name: 'first', image },
      { name: 'second', image },
    ],
  },
}

/** Creates the pod of a script and waits until its status, but for times and ids, is the one that is expected. */
async function untilStatus(
  { api, namespace }: { readonly api: RawApi; readonly namespace: string },
  script: PodScript,
  expected: object,
  options: TestPodOptions = plain,
): Promise<StoredPod> {
  await createPod(api, namespace, scriptedPod('p', script, options))
  await expect
    .poll(async () => plainStatus((await readPod(api, namespace, 'p'))?.status), { timeout: 15_000, interval: 50 })
    .toEqual(expected)
  const pod = await readPod(api, namespace, 'p')
  if (pod === null) throw new Error('the pod is gone')
  return pod
}

const eventsOf = async (api: RawApi, namespace: string) => {
  const { body } = await api.get<{ items: { type: string; reason: string; message: string }[] }>(
    `/api/v1/namespaces/${namespace}/events`,
  )
  return body.items.map(({ type, reason, message }) => [type, reason, message])
}

conformance('the scripted ends of containers', { needs: ['scriptedPods'] }, (it) => {
  const over = (state: object) => ({
    ...addressed,
    phase: 'Failed',
    conditions: conditions([sandbox('False'), initialized, ...failed, scheduled]),
    containerStatuses: [created('base', state)],
  })

  it.for<readonly [PodScript, object]>([
    [{ end: 'Error' }, ended(1, 'Error')],
    [{ end: 'Error', exitCode: 64 }, ended(64, 'Error')],
    [{ end: 'OOMKilled' }, ended(137, 'OOMKilled')],
    // The main process may outlive the child that was killed.
    [{ end: 'OOMKilled', exitCode: 1 }, ended(1, 'OOMKilled')],
    [{ end: 'Unknown' }, ended(255, 'Unknown')],
    [{ end: 'StartError' }, ended(128, 'StartError', { message: notExecutable, startedAt: '1970-01-01T00:00:00Z' })],
  ])('%j', async ([script, state], { api, namespace }) => {
    await untilStatus({ api, namespace }, { runMs: 10, ...script }, over(state))
  })

  it.for<readonly [PodScript, object]>([
    [{ end: 'Init:Error' }, ended(1, 'Error')],
    [{ end: 'Init:Error', exitCode: 64 }, ended(64, 'Error')],
    [{ end: 'Init:OOMKilled' }, ended(137, 'OOMKilled')],
    [
      { end: 'Init:StartError' },
      ended(128, 'StartError', { message: notExecutable, startedAt: '1970-01-01T00:00:00Z' }),
    ],
  ])('%j: the pod fails before its other containers are created', async ([script, state], { api, namespace }) => {
    const expected = {
      ...addressed,
      phase: 'Failed',
      conditions: conditions([sandbox('False'), uninitialized, ...failed, scheduled]),
      initContainerStatuses: [created('first', state), uncreated('second', waitingFor('PodInitializing'))],
      containerStatuses: [uncreated('base', waitingFor('PodInitializing'))],
    }
    await untilStatus({ api, namespace }, { runMs: 10, ...script }, expected, initialising)
  })
})

conformance('the scripted containers that never start', { needs: ['scriptedPods'] }, (it) => {
  const reasons: readonly (readonly [reason: string, message: string])[] = [
    ['CreateContainerConfigError', 'configmap "missing" not found'],
    ['CreateContainerError', 'failed to generate container "base" spec: no command specified'],
    ['ErrImageNeverPull', `Container image "${image}" is not present with pull policy of Never`],
    ['ErrImagePull', notFound],
    [
      'ImageInspectError',
      'Failed to inspect image "": rpc error: code = Unknown desc = short name mode is enforcing, but image name is ambiguous',
    ],
    [
      'InvalidImageName',
      `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`,
    ],
    ['RegistryUnavailable', unavailable],
  ]

  it.for(reasons)('%s', async ([reason, message], { api, namespace }) => {
    await untilStatus(
      { api, namespace },
      { end: reason },
      {
        ...addressed,
        phase: 'Pending',
        conditions: conditions([sandbox('True'), initialized, ...unready, scheduled]),
        containerStatuses: [uncreated('base', waitingFor(reason, message))],
      },
    )
  })

  it.for(reasons)('Init:%s', async ([reason, message], { api, namespace }) => {
    const expected = {
      ...addressed,
      phase: 'Pending',
      conditions: conditions([sandbox('True'), uninitialized, ...unready, scheduled]),
      initContainerStatuses: [
        uncreated('first', waitingFor(reason, message)),
        uncreated('second', waitingFor('PodInitializing')),
      ],
      containerStatuses: [uncreated('base', waitingFor('PodInitializing'))],
    }
    await untilStatus({ api, namespace }, { end: `Init:${reason}` }, expected, initialising)
  })

  it('ErrImagePull becomes ImagePullBackOff', async ({ api, namespace }) => {
    const message = `Back-off pulling image "${image}": ErrImagePull: ${notFound}`
    await untilStatus(
      { api, namespace },
      { end: 'ErrImagePull' },
      {
        ...addressed,
        phase: 'Pending',
        conditions: conditions([sandbox('True'), initialized, ...unready, scheduled]),
        containerStatuses: [uncreated('base', waitingFor('ImagePullBackOff', message))],
      },
    )
  })

  it('with a message of their own', async ({ api, namespace }) => {
    await createPod(api, namespace, scriptedPod('p', { end: 'ErrImagePull', message: 'pull QPS exceeded' }, plain))
    const state = await eventually(async () => {
      const [base] = (await readPod(api, namespace, 'p'))?.status.containerStatuses ?? []
      return base?.state?.waiting?.reason === 'ErrImagePull' ? base.state : null
    })
    expect(state).toEqual(waitingFor('ErrImagePull', 'pull QPS exceeded'))
  })

  it.for([
    ['FailedMount', 'MountVolume.SetUp failed for volume "missing" : configmap "missing" not found'],
    [
      'FailedCreatePodSandBox',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: plugin type="bridge" failed (add): no IP addresses available in range set',
    ],
  ] as const)('%s: only an event says why', async ([reason, message], { api, namespace }) => {
    await untilStatus(
      { api, namespace },
      { end: reason },
      {
        ...taken,
        phase: 'Pending',
        conditions: conditions([sandbox('False'), initialized, ...unready, scheduled]),
        containerStatuses: [uncreated('base', waitingFor('ContainerCreating'))],
      },
    )
    await expect.poll(() => eventsOf(api, namespace), { timeout: 10_000 }).toContainEqual(['Warning', reason, message])
  })

  it('are given up when their pod is deleted', async ({ api, namespace }) => {
    const kept = { ...plain, finalizers: ['davit.test/keep'] }
    await createPod(api, namespace, scriptedPod('p', { end: 'CreateContainerConfigError' }, kept))
    await eventually(
      async () => (await readPod(api, namespace, 'p'))?.status.containerStatuses?.[0]?.state?.waiting?.message,
    )
    await api.delete(podsPath(namespace, 'p'))
    await expect
      .poll(async () => (await readPod(api, namespace, 'p'))?.metadata.deletionGracePeriodSeconds, { timeout: 10_000 })
      .toBe(0)
    expect(plainStatus((await readPod(api, namespace, 'p'))?.status)).toEqual({
      ...addressed,
      observedGeneration: 2,
      phase: 'Failed',
      conditions: conditions([sandbox('False'), initialized, ...failed, scheduled], 2),
      containerStatuses: [uncreated('base', lost)],
    })
    await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { finalizers: null } })
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })
})

conformance('the scripted pods that their node refuses', { needs: ['scriptedPods'] }, (it) => {
  it.for([
    ['NodeAffinity', "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"],
    ['OutOfcpu', "Node didn't have enough resource: cpu, requested: 2000, used: 7000, capacity: 8000"],
    ['UnexpectedAdmissionError', 'Allocate failed due to no healthy devices present, which is unexpected'],
  ] as const)('%s', async ([reason, message], { api, namespace }) => {
    const { startTime, qosClass, observedGeneration } = taken
    await untilStatus(
      { api, namespace },
      { end: reason },
      { phase: 'Failed', reason, message: `Pod was rejected: ${message}`, startTime, qosClass, observedGeneration },
    )
    await api.delete(podsPath(namespace, 'p'))
    await untilGone(api, namespace, 'p')
  })
})

conformance('the scripted pods that are ended from outside', { needs: ['scriptedPods'] }, (it) => {
  const byNode = (
    reason: string,
    message: string,
    disruption: string,
    conditionsBefore: readonly Condition[] = [],
  ) => ({
    ...addressed,
    phase: 'Failed',
    reason,
    message,
    conditions: conditions([
      ...conditionsBefore,
      ['DisruptionTarget', 'True', 'TerminationByKubelet', disruption],
      sandbox('False'),
      initialized,
      ...failed,
      scheduled,
    ]),
    containerStatuses: [created('base', ended(143, 'Error'))],
  })
  const shutDown = 'Pod was terminated in response to imminent node shutdown.'

  it.for<readonly [script: PodScript, message: string, disruption: string]>([
    [{ end: 'Evicted' }, lowOnMemory, lowOnMemory],
    [
      { end: 'Evicted', message: 'The node had condition: [DiskPressure]. ' },
      'The node had condition: [DiskPressure]. ',
      'The node had condition: [DiskPressure]. ',
    ],
    [
      { end: 'Preempting' },
      'Preempted in order to admit critical pod',
      'Pod was preempted by Kubelet to accommodate a critical pod.',
    ],
    [{ end: 'Terminated' }, shutDown, shutDown],
  ])('%j by their node', async ([script, message, disruption], { api, namespace }) => {
    await untilStatus({ api, namespace }, { runMs: 10, ...script }, byNode(script.end ?? '', message, disruption))
  })

  it.for([
    ['DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint'],
    ['EvictionByEvictionAPI', 'Eviction API: evicting'],
    ['PreemptionByScheduler', 'default-scheduler: preempting to accommodate a higher priority pod'],
  ] as const)('%s: announced, ended and removed', async ([reason, message], { api, namespace }) => {
    const last = await lastOf(api, namespace, { runMs: 10, end: reason })
    expect(last.metadata.deletionTimestamp).toMatch(/Z$/)
    // The API for evictions does not say which generation it has seen.
    const observed = reason === 'EvictionByEvictionAPI' ? null : 1
    expect(plainStatus(last.status)).toEqual({
      ...addressed,
      observedGeneration: 2,
      phase: 'Failed',
      conditions: [
        ...conditions([['DisruptionTarget', 'True', reason, message]], observed),
        ...conditions([sandbox('False'), initialized, ...failed, scheduled], 2),
      ],
      containerStatuses: [created('base', ended(143, 'Error'))],
    })
  })

  it('DeletionByPodGC: failed and gone, and nobody saw its containers end', async ({ api, namespace }) => {
    const last = await lastOf(api, namespace, { runMs: 10, end: 'DeletionByPodGC' })
    const { status } = last
    expect(status.phase).toBe('Failed')
    expect(status.containerStatuses?.[0]?.state?.running).toBeDefined()
    expect(plainStatus(status.conditions?.filter(({ type }) => type === 'DisruptionTarget'))).toEqual(
      conditions([['DisruptionTarget', 'True', 'DeletionByPodGC', 'PodGC: node no longer exists']]),
    )
  })

  it('not while they are on hold', async ({ api, namespace }) => {
    await createPod(api, namespace, scriptedPod('held', { hold: true, runMs: 1, end: 'Evicted' }))
    await createPod(api, namespace, scriptedPod('other', { runMs: 300 }))
    await untilPhase(api, namespace, 'held', 'Running')
    await untilPhase(api, namespace, 'other', 'Succeeded')
    expect((await readPod(api, namespace, 'held'))?.status.phase).toBe('Running')
  })

  it('DeadlineExceeded, by their activeDeadlineSeconds', async ({ api, namespace }) => {
    const { reason, message } = {
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    }
    const expected = {
      ...addressed,
      phase: 'Failed',
      reason,
      message,
      conditions: conditions([sandbox('False'), initialized, ...failed, scheduled]),
      containerStatuses: [created('base', ended(143, 'Error'))],
    }
    const late = { ...plain, spec: { ...plain.spec, activeDeadlineSeconds: 1 } }
    await untilStatus({ api, namespace }, { runMs: 60_000 }, expected, late)
  })
})

/** The pod of a script as it was when it went. */
async function lastOf(api: RawApi, namespace: string, script: PodScript): Promise<StoredPod> {
  const { body } = await api.get<{ metadata: { resourceVersion: string } }>(podsPath(namespace))
  const { resourceVersion } = body.metadata
  using watch = api.watch(withQuery(podsPath(namespace), { watch: true, resourceVersion }))
  await createPod(api, namespace, scriptedPod('p', script, plain))
  for (;;) {
    const { type, object }: { type: string; object: unknown } = await watch.next()
    if (type === 'DELETED') return object as StoredPod
  }
}
