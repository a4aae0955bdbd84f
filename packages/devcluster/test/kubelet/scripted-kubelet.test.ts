import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { Kubelet, PodLogOptions } from '../../src/kubelet/kubelet.ts'
import { eviction } from '../../src/kubelet/node-ending.ts'
import { createScriptedKubelet } from '../../src/kubelet/scripted-kubelet.ts'
import { startScheduler } from '../../src/scheduler.ts'
import type { Pod } from '../../src/types.ts'
import { MemoryCluster } from '../support/memory-cluster.ts'

const LOG: PodLogOptions = { container: 'base', follow: false, previous: false, timestamps: false }

let clock: FakeClock
let cluster: MemoryCluster
let kubelet: Kubelet
let scheduler: { stop(): void }

beforeEach(async () => {
  clock = new FakeClock()
  cluster = new MemoryCluster()
  kubelet = createScriptedKubelet({ access: cluster, clock, nodeName: 'node-1' })
  await kubelet.start()
  scheduler = startScheduler({ access: cluster, clock, nodeName: 'node-1' })
})

afterEach(async () => {
  scheduler.stop()
  await kubelet.stop()
  expect(clock.pendingCount).toBe(0)
})

function create(name: string, annotations: Record<string, string>, spec: Partial<NonNullable<Pod['spec']>> = {}): Pod {
  return cluster.create({
    metadata: { name, annotations },
    spec: { restartPolicy: 'Never', containers: [{ name: 'base', image: 'busybox' }], ...spec },
  })
}

const status = (name: string) => cluster.pod('default', name)?.status
const conditions = (name: string) =>
  Object.fromEntries((status(name)?.conditions ?? []).map(({ type, status, reason }) => [type, [status, reason]]))
const base = (name: string) => status(name)?.containerStatuses?.[0]

async function logOf(pod: Pod, options: Partial<PodLogOptions> = {}): Promise<string> {
  const current = cluster.pod('default', pod.metadata?.name ?? '') ?? pod
  let text = ''
  for await (const chunk of kubelet.readLog(current, { ...LOG, ...options }, new AbortController().signal)) {
    text += Buffer.from(chunk).toString()
  }
  return text
}

describe('a pod that succeeds', () => {
  it('runs for run-ms, then is Succeeded, with the statuses of a kubelet', async () => {
    create('one', { 'script.davit/run-ms': '2500', 'script.davit/termination-message': '{"rows":3}' })
    await clock.advance(0)
    expect(status('one')).toMatchObject({
      phase: 'Running',
      startTime: '2026-01-01T00:00:00Z',
      podIP: '127.0.0.1',
      podIPs: [{ ip: '127.0.0.1' }],
      hostIP: '127.0.0.1',
      observedGeneration: 1,
    })
    expect(base('one')).toMatchObject({
      state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
      lastState: {},
      ready: true,
      started: true,
      restartCount: 0,
    })
    expect(conditions('one')).toEqual({
      PodReadyToStartContainers: ['True', undefined],
      Initialized: ['True', undefined],
      Ready: ['True', undefined],
      ContainersReady: ['True', undefined],
      PodScheduled: ['True', undefined],
    })
    await clock.advance(2499)
    expect(status('one')?.phase).toBe('Running')
    await clock.advance(1)
    expect(status('one')?.phase).toBe('Succeeded')
    expect(base('one')).toMatchObject({
      state: {
        terminated: {
          exitCode: 0,
          reason: 'Completed',
          message: '{"rows":3}',
          startedAt: '2026-01-01T00:00:00Z',
          finishedAt: '2026-01-01T00:00:02Z',
        },
      },
      ready: false,
      started: false,
    })
    expect(conditions('one')).toEqual({
      PodReadyToStartContainers: ['False', undefined],
      Initialized: ['True', 'PodCompleted'],
      Ready: ['False', 'PodCompleted'],
      ContainersReady: ['False', 'PodCompleted'],
      PodScheduled: ['True', undefined],
    })
    // The container's end is told before the pod's.
    expect(cluster.statuses.get('one')?.map(({ phase }) => phase)).toEqual([
      'Pending',
      'Running',
      'Running',
      'Succeeded',
    ])
    expect(cluster.eventsOf('one')).toEqual([
      'Scheduled: Successfully assigned default/one to node-1',
      'Pulled: Container image "busybox" already present on machine and can be accessed by the pod',
      'Created: Container created',
      'Started: Container started',
    ])
  })

  it('shows ContainerCreating before its container runs', async () => {
    create('one', {})
    await clock.advance(0)
    const first = cluster.statuses.get('one')?.[0]
    expect(first?.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'ContainerCreating' } })
    expect(first?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [base]',
    })
  })
})

describe('a pod that fails', () => {
  it('has the exit code of its first container', async () => {
    create(
      'bad',
      { 'script.davit/exit-code': '3' },
      {
        containers: [
          { name: 'main', image: 'a' },
          { name: 'aside', image: 'b' },
        ],
      },
    )
    await clock.advance(1000)
    expect(status('bad')?.phase).toBe('Failed')
    expect(status('bad')?.containerStatuses?.map(({ name, state }) => [name, state?.terminated?.exitCode])).toEqual([
      ['aside', 0],
      ['main', 3],
    ])
    expect(conditions('bad').Ready).toEqual(['False', 'PodFailed'])
  })

  it('refuses an annotation that is no number, and tries again', async () => {
    create('odd', { 'script.davit/run-ms': 'soon' })
    await clock.advance(0)
    expect(base('odd')?.state).toEqual({
      waiting: {
        reason: 'CreateContainerConfigError',
        message: 'annotation script.davit/run-ms: not a whole number of up to 9 digits: "soon"',
      },
    })
    expect(status('odd')?.phase).toBe('Pending')
  })
})

describe('restarts', () => {
  it('come at once, then after 10 s, 20 s, 40 s, shown as CrashLoopBackOff', async () => {
    create('loop', { 'script.davit/run-ms': '1000', 'script.davit/exit-code': '1' }, { restartPolicy: 'OnFailure' })
    await clock.advance(1000)
    expect(base('loop')).toMatchObject({
      restartCount: 1,
      state: { running: {} },
      lastState: { terminated: { exitCode: 1 } },
    })
    await clock.advance(1000)
    const uid = cluster.pod('default', 'loop')?.metadata?.uid
    expect(base('loop')).toMatchObject({
      restartCount: 1,
      ready: false,
      state: {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: `back-off 10s restarting failed container=base pod=loop_default(${uid})`,
        },
      },
      lastState: { terminated: { exitCode: 1 } },
    })
    expect(status('loop')?.phase).toBe('Running')
    await clock.advance(9_999)
    expect(base('loop')?.restartCount).toBe(1)
    await clock.advance(1)
    expect(base('loop')?.restartCount).toBe(2)
    await clock.advance(1000 + 20_000)
    expect(base('loop')?.restartCount).toBe(3)
    expect(cluster.eventsOf('loop')).toContain(
      `BackOff: Back-off restarting failed container base in pod loop_default(${uid})`,
    )
  })

  it('show the last end once the pod is being deleted', async () => {
    const pod = create('loop', { 'script.davit/exit-code': '1' }, { restartPolicy: 'Always' })
    await clock.advance(2000)
    expect(base('loop')?.state?.waiting?.reason).toBe('CrashLoopBackOff')
    cluster.update(pod, (current) => ({ ...current, metadata: { ...current.metadata, finalizers: ['test/hold'] } }))
    cluster.deletePod(pod, 30)
    await clock.advance(0)
    expect(status('loop')?.phase).toBe('Failed')
    expect(base('loop')?.state?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' })
  })
})

describe('init containers', () => {
  it('run before the others, which wait as PodInitializing', async () => {
    create('init', {}, { initContainers: [{ name: 'first', image: 'a' }] })
    await clock.advance(0)
    const seen = cluster.statuses.get('init') ?? []
    expect(seen[0]?.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: 'PodInitializing' } })
    expect(seen[0]?.conditions?.find(({ type }) => type === 'Initialized')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: 'containers with incomplete status: [first]',
    })
    expect(status('init')?.initContainerStatuses?.[0]).toMatchObject({
      ready: true,
      started: false,
      state: { terminated: { exitCode: 0, reason: 'Completed' } },
    })
    expect(status('init')?.phase).toBe('Running')
  })

  it('keep sidecars until the main containers are over', async () => {
    create('side', {}, { initContainers: [{ name: 'proxy', image: 'a', restartPolicy: 'Always' }] })
    await clock.advance(999)
    expect(status('side')?.initContainerStatuses?.[0]?.state?.running).toBeDefined()
    await clock.advance(1)
    expect(status('side')?.phase).toBe('Succeeded')
    expect(status('side')?.initContainerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 143 })
    expect(cluster.statuses.get('side')?.map(({ phase }) => phase)).toEqual([
      'Pending',
      'Pending',
      'Running',
      'Running',
      'Succeeded',
    ])
    expect(cluster.eventsOf('side')).toContain('Killing: Stopping container proxy')
  })
})

describe('the end from outside', () => {
  it('lets a pod on hold run until it is deleted, then lets it go', async () => {
    const pod = create('held', { 'script.davit/hold': '' })
    await clock.advance(3_600_000)
    expect(status('held')?.phase).toBe('Running')
    cluster.deletePod(pod, 30)
    await clock.advance(0)
    expect(cluster.pod('default', 'held')).toBeUndefined()
    const last = cluster.statuses.get('held')?.at(-1)
    expect(last?.phase).toBe('Failed')
    expect(last?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 143, reason: 'Error' })
    expect(cluster.eventsOf('held')).toContain('Killing: Stopping container base')
  })

  it('forgets a pod that was deleted without grace', async () => {
    const pod = create('gone', { 'script.davit/hold': '' })
    await clock.advance(0)
    cluster.deletePod(pod, 0)
    await clock.advance(0)
    expect(clock.pendingCount).toBe(0)
  })

  it('fails a pod that is past its deadline, with reason and event', async () => {
    create('late', { 'script.davit/hold': '' }, { activeDeadlineSeconds: 5 })
    await clock.advance(4_999)
    expect(status('late')?.phase).toBe('Running')
    await clock.advance(1)
    expect(status('late')).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    })
    expect(base('late')?.state?.terminated?.exitCode).toBe(143)
    expect(cluster.eventsOf('late')).toContain(
      'DeadlineExceeded: Pod was active on the node longer than the specified deadline',
    )
  })

  it('takes over a deadline that is set while the pod runs', async () => {
    const pod = create('later', { 'script.davit/hold': '' })
    await clock.advance(1_000)
    cluster.update(pod, (current) => ({
      ...current,
      spec: { containers: [], ...current.spec, activeDeadlineSeconds: 3 },
    }))
    await clock.advance(2_000)
    expect(status('later')?.reason).toBe('DeadlineExceeded')
  })

  it('evicts with DisruptionTarget', async () => {
    const pod = create('evicted', { 'script.davit/hold': '' })
    await clock.advance(0)
    kubelet.endPod(pod, eviction('The node was low on resource: memory.'))
    await clock.advance(0)
    expect(status('evicted')).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory.',
    })
    expect(status('evicted')?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'TerminationByKubelet',
      message: 'The node was low on resource: memory.',
    })
    expect(cluster.eventsOf('evicted')).toContain('Evicted: The node was low on resource: memory.')
  })

  it('ends a container by a signal', async () => {
    const pod = create('killed', { 'script.davit/hold': '' })
    await clock.advance(0)
    kubelet.killContainer(pod, 'base', 'SIGKILL')
    await clock.advance(0)
    expect(status('killed')?.phase).toBe('Failed')
    expect(base('killed')?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'Error' })
  })

  it('shows a pod that is deleted before its containers ran as failed', async () => {
    const pod = create('never', {}, { containers: [{ name: 'base', image: 'missing/one' }] })
    await clock.advance(0)
    cluster.deletePod(pod, 30)
    await clock.advance(0)
    const last = cluster.statuses.get('never')?.at(-1)
    expect(last?.phase).toBe('Failed')
    expect(last?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
    })
  })
})

describe('images', () => {
  it('that are missing alternate between ErrImagePull and ImagePullBackOff', async () => {
    const detail =
      'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/missing/tool:latest": ' +
      'failed to resolve reference "docker.io/missing/tool:latest": docker.io/missing/tool:latest: not found'
    create('pull', {}, { containers: [{ name: 'base', image: 'missing/tool' }] })
    await clock.advance(0)
    expect(base('pull')?.state?.waiting).toEqual({ reason: 'ErrImagePull', message: detail })
    await clock.advance(5_000)
    expect(base('pull')?.state?.waiting).toEqual({
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "missing/tool": ErrImagePull: ${detail}`,
    })
    await clock.advance(5_000)
    expect(base('pull')?.state?.waiting?.reason).toBe('ErrImagePull')
    await clock.advance(20_000)
    expect(cluster.eventsOf('pull').filter((text) => text.startsWith('Pulling'))).toHaveLength(3)
    expect(cluster.eventsOf('pull').slice(1, 6)).toEqual([
      'Pulling: Pulling image "missing/tool"',
      `Failed: Failed to pull image "missing/tool": ${detail}`,
      'Failed: Error: ErrImagePull',
      'BackOff: Back-off pulling image "missing/tool"',
      'Failed: Error: ImagePullBackOff',
    ])
    expect(status('pull')?.phase).toBe('Pending')
  })

  it('that are missing and never pulled, or have no valid name, say so', async () => {
    create('never', {}, { containers: [{ name: 'base', image: 'missing/tool', imagePullPolicy: 'Never' }] })
    create('odd', {}, { containers: [{ name: 'base', image: 'Not A Name' }] })
    await clock.advance(0)
    expect(base('never')?.state?.waiting).toEqual({
      reason: 'ErrImageNeverPull',
      message: 'Container image "missing/tool" is not present with pull policy of Never',
    })
    expect(base('odd')?.state?.waiting?.reason).toBe('InvalidImageName')
  })
})

describe('logs', () => {
  it('are the annotation, or one line, and end with the container', async () => {
    const pod = create('one', { 'script.davit/log': 'a\nb\nc\n', 'script.davit/hold': '' })
    await clock.advance(0)
    expect(await logOf(pod)).toBe('a\nb\nc\n')
    expect(await logOf(pod, { tailLines: 1 })).toBe('c\n')
    expect(await logOf(pod, { limitBytes: 3 })).toBe('a\nb')
    expect(await logOf(pod, { timestamps: true, tailLines: 1 })).toBe('2026-01-01T00:00:00.000000000Z c\n')
    const following = logOf(pod, { follow: true })
    kubelet.killContainer(pod, 'base', 'SIGTERM')
    expect(await following).toBe('a\nb\nc\n')
  })

  it('do not exist while a container waits', async () => {
    const pod = create('pull', {}, { containers: [{ name: 'base', image: 'missing/tool' }] })
    await clock.advance(0)
    await expect(logOf(pod)).rejects.toThrow(
      `container "base" in pod "pull" is waiting to start: image can't be pulled`,
    )
    await expect(logOf(pod, { previous: true })).rejects.toThrow(
      'previous terminated container "base" in pod "pull" not found',
    )
  })
})

describe('the node', () => {
  const ready = () => cluster.node('node-1')?.status?.conditions?.find(({ type }) => type === 'Ready')

  it('says what it is', () => {
    const { metadata, status } = cluster.node('node-1') ?? {}
    expect(metadata?.labels).toMatchObject({ 'kubernetes.io/hostname': 'node-1', 'kubernetes.io/os': 'linux' })
    expect(status?.nodeInfo?.containerRuntimeVersion).toBe('davit://scripted')
    expect(ready()).toMatchObject({
      status: 'True',
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
    })
  })

  it('says that it is not ready, and since when', async () => {
    await clock.advance(1_000)
    kubelet.setNodeReady(false)
    expect(ready()).toMatchObject({
      status: 'False',
      reason: 'KubeletNotReady',
      lastTransitionTime: '2026-01-01T00:00:01Z',
    })
    kubelet.setNodeReady(true)
    expect(ready()).toMatchObject({ status: 'True', lastTransitionTime: '2026-01-01T00:00:01Z' })
  })
})

it('carries thousands of pods', async () => {
  for (let n = 0; n < 3000; n++) create(`pod-${n}`, { 'script.davit/run-ms': String(n) })
  await clock.advance(0)
  expect(cluster.pods().filter(({ status }) => status?.phase === 'Running')).toHaveLength(2999)
  await clock.advance(3000)
  expect(cluster.pods().every(({ status }) => status?.phase === 'Succeeded')).toBe(true)
})
