import { type Failure, podName, type QueuedWorkload } from '@davit/executor'
import type { ContainerStatus, PodSpec, PodStatus } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { podsPath } from '../../support/api-paths.ts'
import { conformance } from '../../support/conformance.ts'
import { eventually } from '../../support/eventually.ts'
import { startExecutor } from '../../support/executor-run.ts'
import { HandmadeNode } from '../../support/nodes-by-api.ts'
import { readPod } from '../../support/pods-by-api.ts'
import type { RawApi } from '../../support/raw-api.ts'
import { enforceQuota } from '../../support/resource-quota.ts'
import { type PodScript, scriptAnnotations } from '../../support/scripted-pod.ts'
import { taskKey } from '../../support/scripted-workload.ts'

/** One way in which a pod ends. */
interface Ending {
  readonly what: string
  readonly script?: PodScript
  readonly spec?: Partial<PodSpec>
  /** The status that its kubelet reports, played by the case on a node of its own. */
  readonly status?: PodStatus
  /** Somebody deletes it, in this phase. */
  readonly deletedWhile?: 'Pending' | 'Running'
  /** Null: the task has succeeded. */
  readonly class: Failure['class'] | null
  /** Container and cause. */
  readonly says: readonly string[]
  readonly hint?: string
}

const image = 'registry.test/tool:1'
const started = '2026-01-01T00:00:00Z'
const ended = '2026-01-01T00:01:00Z'
const container = (name: string, state: ContainerStatus['state']): ContainerStatus => ({
  name,
  image,
  imageID: '',
  ready: false,
  restartCount: 0,
  ...(state && { state }),
})
const exited = (exitCode: number, reason: string) => ({
  terminated: { exitCode, reason, startedAt: started, finishedAt: ended },
})
const memory = (limit: string, request: string) => ({
  resources: { limits: { memory: limit }, requests: { memory: request } },
})
const initContainer = { name: 'fetch', image }
const execFormat =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec /bin/tool: exec format error'

const endings: readonly Ending[] = [
  { what: 'exit 0', script: {}, class: null, says: [] },
  { what: 'exit 1', script: { exitCode: 1 }, class: 'user', says: ['container base', 'code 1'], hint: 'log' },
  {
    what: 'exit 137',
    script: { exitCode: 137 },
    class: 'user',
    says: ['container base', 'SIGKILL'],
    hint: 'Kubernetes did not do it',
  },
  {
    what: 'exit 143',
    script: { exitCode: 143 },
    class: 'user',
    says: ['container base', 'SIGTERM'],
    hint: 'supervisor',
  },
  {
    what: 'OOM of the main container',
    script: { end: 'OOMKilled' },
    spec: { containers: [{ name: 'base', ...memory('64Mi', '32Mi') }] },
    class: 'oom',
    says: ['container base', 'memory', '64Mi'],
    hint: 'limit 64Mi, requested 32Mi',
  },
  {
    what: 'OOM of a child process',
    script: { end: 'OOMKilled', exitCode: 1 },
    class: 'oom',
    says: ['container base', 'memory'],
  },
  {
    what: 'OOM of an init container',
    script: { end: 'Init:OOMKilled' },
    spec: { initContainers: [initContainer] },
    class: 'oom',
    says: ['init container fetch', 'memory'],
  },
  {
    what: 'OOM of a sidecar, which takes the pod with it',
    spec: { initContainers: [{ ...initContainer, name: 'proxy', restartPolicy: 'Always' }] },
    status: {
      phase: 'Failed',
      startTime: started,
      initContainerStatuses: [container('proxy', exited(137, 'OOMKilled'))],
      containerStatuses: [container('base', exited(2, 'Error'))],
    },
    class: 'user',
    says: ['container base', 'code 2', 'beside it proxy ran out of memory'],
  },
  {
    what: 'evicted for disk',
    script: {
      end: 'Evicted',
      message: 'The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: 5Mi. ',
    },
    class: 'disruption',
    says: ['evicted', 'ephemeral-storage'],
    hint: 'request ephemeral-storage',
  },
  {
    what: 'evicted for memory',
    script: { end: 'Evicted' },
    class: 'disruption',
    says: ['evicted', 'memory'],
    hint: 'request as much memory',
  },
  {
    what: 'preempted',
    script: { end: 'PreemptionByScheduler' },
    class: 'disruption',
    says: ['higher priority'],
    hint: 'priorityClassName',
  },
  { what: 'drained', script: { end: 'EvictionByEvictionAPI' }, class: 'disruption', says: ['drain'] },
  { what: 'node lost', script: { end: 'DeletionByPodGC' }, class: 'disruption', says: ['node', 'gone'] },
  { what: 'node rebooted', script: { end: 'Unknown' }, class: 'infrastructure', says: ['node lost container base'] },
  {
    what: 'deadline',
    spec: { activeDeadlineSeconds: 60 },
    status: {
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
      startTime: started,
      containerStatuses: [container('base', exited(143, 'Error'))],
    },
    class: 'deadline',
    says: ['activeDeadlineSeconds'],
    hint: 'activeDeadlineSeconds',
  },
  {
    what: 'image not found',
    script: { end: 'ErrImagePull' },
    class: 'config',
    says: ['container base', `${image}: not found`],
    hint: 'name and tag',
  },
  {
    what: 'image refused',
    script: {
      end: 'ErrImagePull',
      message: `failed to pull and unpack image "${image}": unexpected status from HEAD request: 401 Unauthorized`,
    },
    class: 'config',
    says: ['container base', '401 Unauthorized'],
    hint: 'imagePullSecrets',
  },
  {
    what: 'bad secret',
    script: { end: 'CreateContainerConfigError', message: 'secret "missing" not found' },
    class: 'config',
    says: ['container base', 'secret "missing" not found'],
    hint: 'create it',
  },
  {
    what: 'failed mount',
    script: { end: 'FailedMount' },
    class: 'config',
    says: ['container base', 'MountVolume.SetUp failed', 'configmap "missing" not found'],
    hint: 'create it',
  },
  {
    what: 'no command',
    script: { end: 'StartError' },
    class: 'config',
    says: ['container base', 'executable file not found'],
    hint: 'not in the image',
  },
  {
    what: 'exec format',
    script: { end: 'StartError', message: execFormat },
    class: 'config',
    says: ['container base', 'exec format error'],
    hint: 'another processor',
  },
  {
    what: 'unschedulable',
    script: {},
    spec: { nodeSelector: { pool: 'none' } },
    class: 'capacity',
    says: ['no node', 'nodes are available', 'selector'],
    hint: '--show-labels',
  },
  {
    what: 'quota',
    script: {},
    spec: {
      containers: [
        { name: 'base', resources: { limits: { 'test.davit/gpu': '1' }, requests: { 'test.davit/gpu': '1' } } },
      ],
    },
    class: 'capacity',
    says: ['exceeded quota: q', 'test.davit/gpu'],
    hint: 'describe quota',
  },
  {
    what: 'deleted while pending',
    script: {},
    spec: { nodeSelector: { pool: 'none' } },
    deletedWhile: 'Pending',
    class: 'disruption',
    says: ['deleted before it started'],
  },
  {
    what: 'deleted while running',
    script: { hold: true },
    deletedWhile: 'Running',
    class: 'disruption',
    says: ['deleted while it ran'],
  },
]

function workloadOf(index: number, { script, spec = {} }: Ending, node: string): QueuedWorkload {
  const key = taskKey(`ending-${index}`)
  const metadata = { annotations: script ? scriptAnnotations({ runMs: 10, ...script }) : {} }
  return {
    key,
    args: ['true'],
    executorConfig: { podOverride: { metadata, spec: { ...spec, ...(!script && { nodeName: node }) } } },
  }
}

/** Does to the pod what the ending asks of others than its node. */
async function befall(api: RawApi, namespace: string, index: number, { status, deletedWhile }: Ending): Promise<void> {
  const name = podName({ deployment: 'default', key: taskKey(`ending-${index}`), number: 1 })
  const pod = () => readPod(api, namespace, name)
  if (status) {
    await eventually(pod)
    const { status: code, text } = await api.patch(`${podsPath(namespace, name)}/status`, 'merge', { status })
    expect(code, text).toBe(200)
  }
  if (deletedWhile) {
    await eventually(async () => (await pod())?.status.phase === deletedWhile)
    await api.delete(podsPath(namespace, name))
  }
}

conformance('P14: failures without a reason', { needs: ['scriptedPods'] }, (it) => {
  it(`P14: ${endings.length} ways in which a pod ends: the class is right, and the text names container and cause`, async ({
    api,
    backend,
    namespace,
  }) => {
    await using node = await HandmadeNode.create(api, namespace.slice(-8))
    await enforceQuota(api, namespace, { 'requests.test.davit/gpu': '0' })
    await using run = await startExecutor({
      kubeconfig: backend.executorKubeconfig,
      namespace,
      jobId: '7',
      // Long enough for what is to start on a machine that has much to do.
      config: {
        workerContainerRepository: 'registry.test/tool',
        infrastructureRetries: 0,
        creatingSeconds: 4,
        unscheduledSeconds: 4,
      },
    })
    run.submit(...endings.map((ending, index) => workloadOf(index, ending, node.name)))
    await Promise.all(endings.map((ending, index) => befall(api, namespace, index, ending)))
    const keys = endings.map((_, index) => taskKey(`ending-${index}`))
    await run.untilEnded(keys)

    const verdicts = endings.map(({ what, says, hint = '' }, index) => {
      const [end, ...more] = run.ends(keys[index] ?? taskKey('none'))
      const { failure } = end ?? {}
      const unsaid = says.filter((text) => !failure?.message.includes(text))
      const isHinted = failure ? (failure.hint ?? '').includes(hint) && failure.hint !== undefined : true
      const verdict = { what, class: failure?.class ?? null, ends: 1 + more.length }
      return unsaid.length > 0 || !isHinted ? { ...verdict, unsaid, failure } : verdict
    })
    expect(verdicts).toEqual(endings.map(({ what, class: failureClass }) => ({ what, class: failureClass, ends: 1 })))
  })
})
