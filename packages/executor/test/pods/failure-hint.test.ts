import { describe, expect, it } from 'vitest'
import type { Failure, FailureClass } from '../../src/pods/failure.ts'
import { failureHint, withHint } from '../../src/pods/failure-hint.ts'
import { classHints } from '../../src/pods/hint-rules.ts'

const terminated = 'status.containerStatuses[0].state.terminated'
const waiting = 'status.containerStatuses[0].state.waiting.reason'
const condition = 'status.conditions[0].reason=Unschedulable'

describe('failureHint', () => {
  it.for<readonly [what: string, FailureClass, evidence: string, message: string, hint: string]>([
    [
      'a pull that is refused',
      'config',
      `${waiting}=ErrImagePull`,
      'unexpected status: 401 Unauthorized',
      'imagePullSecrets',
    ],
    [
      'a pull in back-off',
      'config',
      `${waiting}=ImagePullBackOff`,
      'pull access denied, repository does not exist',
      'imagePullSecrets',
    ],
    [
      'an image that is not there',
      'config',
      `${waiting}=ErrImagePull`,
      'registry.test/tool:1: not found',
      'name and tag',
    ],
    [
      'a registry without an address',
      'infrastructure',
      `${waiting}=ErrImagePull`,
      'dial tcp: lookup x: no such host',
      'does not reach the registry',
    ],
    [
      'too many pulls',
      'infrastructure',
      `${waiting}=ErrImagePull`,
      'toomanyrequests: You have reached your limit',
      'mirror',
    ],
    [
      'a slow pull',
      'config',
      `${waiting}=ContainerCreating`,
      'its image was not pulled within 600 s (pullingSeconds)',
      'pullingSeconds',
    ],
    [
      'a ConfigMap that is not there',
      'config',
      `${waiting}=CreateContainerConfigError`,
      'configmap "x" not found',
      'create it in the namespace',
    ],
    [
      'a key that is not there',
      'config',
      `${waiting}=CreateContainerConfigError`,
      "couldn't find key k in ConfigMap a/x",
      'add the key',
    ],
    [
      'root',
      'config',
      `${waiting}=CreateContainerConfigError`,
      'container has runAsNonRoot and image will run as root',
      'runAsUser',
    ],
    [
      'a volume of a ConfigMap',
      'config',
      'events[0].reason=FailedMount',
      'MountVolume.SetUp failed for volume "v" : configmap "x" not found',
      'create it in the namespace',
    ],
    [
      'another volume',
      'config',
      'events[0].reason=FailedMount',
      'driver name nfs.csi not found in the list of registered CSI drivers',
      'storage class',
    ],
    [
      'no such command',
      'config',
      `${terminated}.reason=StartError`,
      'exec: "x": executable file not found in $PATH',
      'not in the image',
    ],
    [
      'another platform',
      'config',
      `${terminated}.reason=StartError`,
      'exec /bin/x: exec format error',
      'another processor',
    ],
    ['not executable', 'config', `${terminated}.reason=StartError`, 'exec: "/x": permission denied', 'chmod +x'],
    ['126', 'user', `${terminated}.exitCode=126`, 'container base exited with code 126', 'chmod +x'],
    ['127', 'user', `${terminated}.exitCode=127`, 'container base exited with code 127', 'PATH'],
    [
      '137',
      'user',
      `${terminated}.exitCode=137`,
      'container base was ended by signal 9 (SIGKILL)',
      'Kubernetes did not do it',
    ],
    ['143', 'user', `${terminated}.exitCode=143`, 'container base was ended by signal 15 (SIGTERM)', 'supervisor'],
    ['a crash', 'user', `${terminated}.exitCode=139`, 'container base was ended by signal 11 (SIGSEGV)', 'native code'],
    ['another exit code', 'user', `${terminated}.exitCode=3`, 'container base exited with code 3', 'see its log'],
    [
      'its own limit',
      'user',
      'status.reason=Evicted',
      'the pod was evicted: it used more than its limits: Usage of EmptyDir volume "v" exceeds the limit "1Gi".',
      'sizeLimit',
    ],
    [
      'a full disk',
      'disruption',
      'status.reason=Evicted',
      'The node was low on resource: ephemeral-storage.',
      'request ephemeral-storage',
    ],
    [
      'full memory',
      'disruption',
      'status.reason=Evicted',
      'The node was low on resource: memory.',
      'request as much memory',
    ],
    [
      'preemption',
      'disruption',
      'status.conditions[0].reason=PreemptionByScheduler',
      'default-scheduler: preempting',
      'priorityClassName',
    ],
    [
      'a drain',
      'disruption',
      'status.conditions[0].reason=EvictionByEvictionAPI',
      'Eviction API: evicting',
      'infrastructureRetries',
    ],
    ['no CPU', 'capacity', condition, '0/3 nodes are available: 3 Insufficient cpu.', 'resources.requests'],
    [
      'a taint',
      'capacity',
      condition,
      '0/3 nodes are available: 3 node(s) had untolerated taint(s).',
      'spec.tolerations',
    ],
    [
      'affinity',
      'capacity',
      condition,
      "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
      '--show-labels',
    ],
    [
      'a claim',
      'capacity',
      condition,
      '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.',
      'kubectl get pvc',
    ],
    [
      'quota',
      'capacity',
      'create.status=403',
      'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
      'describe quota',
    ],
    [
      'a deadline of the pod',
      'deadline',
      'status.reason=DeadlineExceeded',
      'Pod was active on the node longer than the specified deadline',
      'activeDeadlineSeconds',
    ],
    ['a permission', 'config', 'create.status=403', 'User "davit" cannot create resource "pods"', 'docs/operations.md'],
    [
      'an end that nobody saw',
      'unknown',
      'metadata.uid=1 (gone)',
      'pod a/x is gone, and nobody saw how it ended',
      'audit log',
    ],
  ])('%s', ([, failureClass, evidence, message, hint]) => {
    expect(failureHint({ class: failureClass, evidence, message })).toContain(hint)
  })

  it('names the memory that the killed container may use, and what was asked for', () => {
    const failure: Failure = {
      class: 'oom',
      evidence: 'status.containerStatuses[1].state.terminated.reason=OOMKilled',
      message: '',
    }
    const pod = {
      spec: {
        containers: [
          { name: 'base', resources: { limits: { memory: '64Mi' }, requests: { memory: '32Mi' } } },
          { name: 'a-proxy' },
        ],
      },
      status: {
        containerStatuses: ['a-proxy', 'base'].map((name) => ({
          name,
          image: '',
          imageID: '',
          ready: false,
          restartCount: 0,
        })),
      },
    }
    expect(failureHint(failure, pod)).toBe(
      'raise resources.limits.memory of container base (limit 64Mi, requested 32Mi), or let it hold less at a time',
    )
    expect(failureHint(failure)).toBe('raise resources.limits.memory, or let it hold less at a time')
  })

  it('has one for every class', () => {
    const bare = Object.keys(classHints).map((name) =>
      failureHint({ class: name as FailureClass, evidence: '', message: '' }),
    )
    expect(bare).toHaveLength(8)
    expect(bare.filter((hint) => hint.length < 10)).toEqual([])
  })
})

describe('withHint', () => {
  it('leaves a failure its own hint', () => {
    const failure: Failure = { class: 'user', evidence: 'a=b', message: 'm', hint: 'mine' }
    expect(withHint(failure)).toBe(failure)
    expect(withHint({ class: 'user', evidence: 'a=b', message: 'm' })).toMatchObject({
      hint: expect.stringContaining('log'),
    })
  })
})
