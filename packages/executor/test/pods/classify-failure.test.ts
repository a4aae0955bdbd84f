import { describe, expect, it } from 'vitest'
import type { Pod } from '../../src/kube/types.ts'
import { classifyFailure } from '../../src/pods/classify-failure.ts'
import type { FailureClass } from '../../src/pods/failure.ts'
import { failureBudget } from '../../src/pods/failure-budget.ts'

const containers = [{ name: 'base', resources: { limits: { memory: '64Mi' } } }]
const MAIN = 'status.containerStatuses[0].state'
const INIT = 'status.initContainerStatuses[0].state'

const ended = (exitCode: number, rest: object = {}, name = 'base') => ({
  name,
  state: { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', ...rest } },
})
const waiting = (reason: string, message?: string, name = 'base') => ({
  name,
  state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
})
const running = (name = 'base') => ({ name, state: { running: {} } })
const disrupted = (reason: string, at = '2026-01-01T00:00:10Z') => ({
  type: 'DisruptionTarget',
  status: 'True',
  reason,
  message: `said by ${reason}`,
  lastTransitionTime: at,
})
function pod(status: object, { metadata = {}, spec = {} }: { metadata?: object; spec?: object } = {}): Pod {
  return {
    metadata: { name: 'p', ...metadata },
    spec: { containers, ...spec },
    status: { phase: 'Failed', ...status },
  } as Pod
}
const main = (container: object, status: object = {}, rest: object = {}) =>
  pod({ containerStatuses: [container], ...status }, rest)
const pending = (container: object, field = 'containerStatuses') => pod({ phase: 'Pending', [field]: [container] })

type Row = [what: string, pod: Pod, failureClass: FailureClass, evidence: string, message: string | RegExp]

function classifies(rows: Row[]) {
  it.each(rows)('%s', (_, given, failureClass, evidence, message) => {
    const failure = classifyFailure(given)
    expect(failure).toEqual({
      class: failureClass,
      evidence,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
  })
}

describe('the end of the main container', () => {
  classifies([
    ['exit code', main(ended(1)), 'user', `${MAIN}.terminated.exitCode=1`, 'container base exited with code 1'],
    ['exit code 127 of a shell', main(ended(127)), 'user', `${MAIN}.terminated.exitCode=127`, /code 127/],
    ['exit code 255', main(ended(255)), 'user', `${MAIN}.terminated.exitCode=255`, /code 255/],
    [
      'SIGKILL without a cause',
      main(ended(137)),
      'user',
      `${MAIN}.terminated.exitCode=137`,
      'container base was ended by signal 9 (SIGKILL)',
    ],
    ['SIGTERM without a cause', main(ended(143)), 'user', `${MAIN}.terminated.exitCode=143`, /signal 15 \(SIGTERM\)/],
    ['SIGSEGV', main(ended(139)), 'user', `${MAIN}.terminated.exitCode=139`, /signal 11 \(SIGSEGV\)/],
    [
      'a signal that the runtime names',
      main(ended(0, { signal: 6, exitCode: 2 })),
      'user',
      `${MAIN}.terminated.signal=6`,
      /SIGABRT/,
    ],
    [
      'out of memory',
      main(ended(137, { reason: 'OOMKilled' })),
      'oom',
      `${MAIN}.terminated.reason=OOMKilled`,
      'container base was killed: it used more memory than its limit allows (64Mi)',
    ],
    [
      'out of memory on a node that is being drained',
      main(ended(137, { reason: 'OOMKilled' }), { conditions: [disrupted('EvictionByEvictionAPI')] }),
      'oom',
      `${MAIN}.terminated.reason=OOMKilled`,
      /memory/,
    ],
    [
      'a command that does not exist',
      main(ended(128, { reason: 'StartError', message: 'exec: "nope": executable file not found in $PATH' })),
      'config',
      `${MAIN}.terminated.reason=StartError`,
      'container base could not start: exec: "nope": executable file not found in $PATH',
    ],
    [
      'a file of another machine',
      main(ended(128, { reason: 'StartError', message: 'exec /x: exec format error' })),
      'config',
      `${MAIN}.terminated.reason=StartError`,
      /exec format error/,
    ],
    [
      'a runtime in trouble',
      main(ended(128, { reason: 'StartError', message: 'failed to create shim task: no space left on device' })),
      'infrastructure',
      `${MAIN}.terminated.reason=StartError`,
      /no space left/,
    ],
    [
      'too little memory to start',
      main(ended(128, { reason: 'StartError', message: 'container init was OOM-killed (memory limit too low?)' })),
      'oom',
      `${MAIN}.terminated.reason=StartError`,
      /limit is too low \(64Mi\)/,
    ],
    [
      'docker’s word for that',
      main(ended(127, { reason: 'ContainerCannotRun' })),
      'config',
      `${MAIN}.terminated.reason=ContainerCannotRun`,
      /could not start: ContainerCannotRun/,
    ],
    [
      'a container that the kubelet lost',
      main(ended(137, { reason: 'ContainerStatusUnknown', message: 'The container could not be located' })),
      'infrastructure',
      `${MAIN}.terminated.reason=ContainerStatusUnknown`,
      'the node lost container base: The container could not be located',
    ],
    [
      'a reboot',
      main(ended(255, { reason: 'Unknown' })),
      'infrastructure',
      `${MAIN}.terminated.reason=Unknown`,
      'the node lost container base',
    ],
  ])

  classifies([
    [
      'decides before a sidecar that ran out of memory',
      pod({ containerStatuses: [ended(137, { reason: 'OOMKilled' }, 'agent'), ended(3)] }),
      'user',
      'status.containerStatuses[1].state.terminated.exitCode=3',
      /code 3/,
    ],
    [
      'decides before an init container',
      pod({ initContainerStatuses: [ended(1, {}, 'sidecar')], containerStatuses: [ended(2)] }),
      'user',
      `${MAIN}.terminated.exitCode=2`,
      /code 2/,
    ],
    [
      'decides while a sidecar runs',
      pod({ phase: 'Running', containerStatuses: [ended(1), running('agent')] }),
      'user',
      `${MAIN}.terminated.exitCode=1`,
      /code 1/,
    ],
  ])
})

describe('what was done to the whole pod', () => {
  classifies([
    [
      'eviction',
      main(ended(137), { reason: 'Evicted', message: 'The node was low on resource: memory.' }),
      'disruption',
      'status.reason=Evicted',
      'the pod was evicted from its node: The node was low on resource: memory.',
    ],
    [
      'eviction before it started',
      pod({ reason: 'Evicted', message: 'The node had condition: [DiskPressure].' }),
      'disruption',
      'status.reason=Evicted',
      /DiskPressure/,
    ],
    [
      'eviction that the task answered with an exit code',
      main(ended(1), { reason: 'Evicted' }),
      'disruption',
      'status.reason=Evicted',
      /evicted/,
    ],
    [
      'eviction for its own limit',
      main(ended(137), { reason: 'Evicted', message: 'Usage of EmptyDir volume "tmp" exceeds the limit "1Gi". ' }),
      'user',
      'status.reason=Evicted',
      /more than its limits: Usage of EmptyDir/,
    ],
    [
      'preemption by the kubelet',
      main(ended(143), { reason: 'Preempting' }),
      'disruption',
      'status.reason=Preempting',
      /higher priority/,
    ],
    [
      'preemption',
      main(ended(143), { conditions: [disrupted('PreemptionByScheduler')] }),
      'disruption',
      'status.conditions[0].reason=PreemptionByScheduler',
      /higher priority: said by/,
    ],
    [
      'drain',
      main(ended(143), { conditions: [{ type: 'Ready', status: 'False' }, disrupted('EvictionByEvictionAPI')] }),
      'disruption',
      'status.conditions[1].reason=EvictionByEvictionAPI',
      /drain/,
    ],
    [
      'taint',
      pod({ phase: 'Running', containerStatuses: [running()], conditions: [disrupted('DeletionByTaintManager')] }),
      'disruption',
      'status.conditions[0].reason=DeletionByTaintManager',
      /tainted/,
    ],
    [
      'a node that is gone',
      main(running(), { conditions: [disrupted('DeletionByPodGC')] }),
      'disruption',
      'status.conditions[0].reason=DeletionByPodGC',
      /gone/,
    ],
    [
      'shutdown of the node',
      main(ended(143), { reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' }),
      'disruption',
      'status.reason=Terminated',
      /shut down/,
    ],
    [
      'a loss of the node',
      main(running(), { phase: 'Running', reason: 'NodeLost' }),
      'infrastructure',
      'status.reason=NodeLost',
      /lost/,
    ],
    [
      'a phase that nobody knows',
      main(running(), { phase: 'Unknown' }),
      'infrastructure',
      'status.phase=Unknown',
      /no longer answers/,
    ],
    [
      'deadline',
      main(ended(143), { reason: 'DeadlineExceeded' }),
      'deadline',
      'status.reason=DeadlineExceeded',
      /activeDeadlineSeconds/,
    ],
    [
      'deadline before it started',
      pod({ reason: 'DeadlineExceeded' }),
      'deadline',
      'status.reason=DeadlineExceeded',
      /activeDeadlineSeconds/,
    ],
    [
      'refusal by the node for room',
      pod({ reason: 'OutOfcpu', message: 'Node didn’t have enough resource: cpu' }),
      'infrastructure',
      'status.reason=OutOfcpu',
      /no room/,
    ],
    [
      'refusal by a kubelet that restarted',
      pod({ reason: 'UnexpectedAdmissionError' }),
      'infrastructure',
      'status.reason=UnexpectedAdmissionError',
      /refused/,
    ],
    [
      'refusal for the node’s labels',
      pod({ reason: 'NodeAffinity' }),
      'infrastructure',
      'status.reason=NodeAffinity',
      /labels/,
    ],
    [
      'refusal for a word of the future',
      pod({ reason: 'SomethingNew', message: 'no' }),
      'infrastructure',
      'status.reason=SomethingNew',
      'the node refused the pod: no',
    ],
    ['refusal of a sysctl', pod({ reason: 'SysctlForbidden' }), 'config', 'status.reason=SysctlForbidden', /sysctl/],
    [
      'refusal of the operating system',
      pod({ reason: 'PodOSNotSupported' }),
      'config',
      'status.reason=PodOSNotSupported',
      /operating system/,
    ],
    [
      'the virtual node',
      pod({ reason: 'ProviderFailed' }),
      'infrastructure',
      'status.reason=ProviderFailed',
      /virtual node/,
    ],
  ])

  const deleted = { deletionTimestamp: '2026-01-01T00:00:40Z', deletionGracePeriodSeconds: 30 }
  const evidence = 'metadata.deletionTimestamp=2026-01-01T00:00:40Z'
  classifies([
    [
      'deletion that ended it',
      main(ended(143, { finishedAt: '2026-01-01T00:00:12Z' }), {}, { metadata: deleted }),
      'disruption',
      evidence,
      'the pod was deleted while it ran',
    ],
    [
      'deletion that it answered with an exit code',
      main(ended(1, { finishedAt: '2026-01-01T00:00:10Z' }), {}, { metadata: deleted }),
      'disruption',
      evidence,
      /deleted/,
    ],
    [
      'deletion after its own end',
      main(ended(1, { finishedAt: '2026-01-01T00:00:09Z' }), {}, { metadata: deleted }),
      'user',
      `${MAIN}.terminated.exitCode=1`,
      /code 1/,
    ],
    [
      'deletion before it started',
      pod({ phase: 'Pending' }, { metadata: deleted }),
      'disruption',
      evidence,
      'the pod was deleted before it started',
    ],
    [
      'deletion whose end nobody saw',
      main(running(), { phase: 'Running' }, { metadata: deleted }),
      'unknown',
      evidence,
      /nobody saw/,
    ],
    [
      'drain after its own end',
      main(ended(1, { finishedAt: '2026-01-01T00:00:09Z' }), { conditions: [disrupted('EvictionByEvictionAPI')] }),
      'user',
      `${MAIN}.terminated.exitCode=1`,
      /code 1/,
    ],
    [
      'drain in the second of its end',
      main(ended(143, { finishedAt: '2026-01-01T00:00:10Z' }), { conditions: [disrupted('EvictionByEvictionAPI')] }),
      'disruption',
      'status.conditions[0].reason=EvictionByEvictionAPI',
      /drain/,
    ],
    [
      'deadline after its own end, while a sidecar ran on',
      main(
        ended(1, { finishedAt: '2026-01-01T00:00:09Z' }),
        { reason: 'DeadlineExceeded', startTime: '2026-01-01T00:00:00Z' },
        { spec: { activeDeadlineSeconds: 10 } },
      ),
      'user',
      `${MAIN}.terminated.exitCode=1`,
      /code 1/,
    ],
    [
      'a disruption that is over',
      main(ended(1), { conditions: [{ ...disrupted('EvictionByEvictionAPI'), status: 'False' }] }),
      'user',
      `${MAIN}.terminated.exitCode=1`,
      /code 1/,
    ],
  ])
})

describe('a pod that does not start', () => {
  const unschedulable = (reason: string, message: string) =>
    pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason, message }] })
  const ERR = `${MAIN}.waiting.reason=ErrImagePull`
  classifies([
    [
      'init container: exit code',
      pod({ initContainerStatuses: [ended(2, {}, 'fetch')], containerStatuses: [waiting('PodInitializing')] }),
      'user',
      `${INIT}.terminated.exitCode=2`,
      'init container fetch exited with code 2',
    ],
    [
      'init container: memory',
      pod({ initContainerStatuses: [ended(137, { reason: 'OOMKilled' }, 'fetch')] }),
      'oom',
      `${INIT}.terminated.reason=OOMKilled`,
      /init container fetch was killed/,
    ],
    [
      'the second init container',
      pod({ initContainerStatuses: [ended(0, {}, 'a'), ended(4, {}, 'b')] }),
      'user',
      'status.initContainerStatuses[1].state.terminated.exitCode=4',
      /init container b/,
    ],
    [
      'init container: image',
      pending(waiting('ErrImagePull', 'not found', 'fetch'), 'initContainerStatuses'),
      'config',
      `${INIT}.waiting.reason=ErrImagePull`,
      'init container fetch waits: its image cannot be pulled: not found',
    ],
    [
      'image that is not there',
      pending(waiting('ErrImagePull', 'rpc error: code = NotFound desc = failed to pull')),
      'config',
      ERR,
      /cannot be pulled/,
    ],
    [
      'image pull that backs off',
      pending(waiting('ImagePullBackOff', 'Back-off pulling image "x"')),
      'config',
      `${MAIN}.waiting.reason=ImagePullBackOff`,
      /Back-off/,
    ],
    [
      'image name',
      pending(waiting('InvalidImageName')),
      'config',
      `${MAIN}.waiting.reason=InvalidImageName`,
      'container base waits: its image name is invalid',
    ],
    [
      'pulls that the kubelet holds up',
      pending(waiting('ErrImagePull', 'pull QPS exceeded')),
      'infrastructure',
      ERR,
      /QPS/,
    ],
    [
      'registry with a limit',
      pending(waiting('ErrImagePull', 'toomanyrequests: You have reached your pull rate limit')),
      'infrastructure',
      ERR,
      /toomany/,
    ],
    [
      'registry that is down',
      pending(waiting('ErrImagePull', 'Get "https://r/v2/": dial tcp 10.0.0.1:443: i/o timeout')),
      'infrastructure',
      ERR,
      /timeout/,
    ],
    [
      'registry that breaks',
      pending(waiting('ErrImagePull', 'unexpected status: 503 Service Unavailable')),
      'infrastructure',
      ERR,
      /503/,
    ],
    [
      'secret that is missing',
      pending(waiting('CreateContainerConfigError', 'secret "s" not found')),
      'config',
      `${MAIN}.waiting.reason=CreateContainerConfigError`,
      /secret "s" not found/,
    ],
    [
      'cache that is late',
      pending(
        waiting('CreateContainerConfigError', 'failed to sync secret cache: timed out waiting for the condition'),
      ),
      'infrastructure',
      `${MAIN}.waiting.reason=CreateContainerConfigError`,
      /sync/,
    ],
    [
      'container that cannot be created',
      pending(waiting('CreateContainerError', 'no command specified')),
      'config',
      `${MAIN}.waiting.reason=CreateContainerError`,
      /no command/,
    ],
    [
      'sandbox',
      pending(waiting('CreatePodSandboxError')),
      'infrastructure',
      `${MAIN}.waiting.reason=CreatePodSandboxError`,
      /sandbox/,
    ],
    [
      'crashes',
      pending({ ...waiting('CrashLoopBackOff'), lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }),
      'oom',
      `${MAIN}.waiting.reason=CrashLoopBackOff`,
      /memory/,
    ],
    [
      'crashes without a word',
      pending(waiting('CrashLoopBackOff')),
      'user',
      `${MAIN}.waiting.reason=CrashLoopBackOff`,
      /again and again/,
    ],
    [
      'no room',
      unschedulable('Unschedulable', '0/3 nodes are available: 3 Insufficient cpu.'),
      'capacity',
      'status.conditions[0].reason=Unschedulable',
      'no node has room for the pod: 0/3 nodes are available: 3 Insufficient cpu.',
    ],
    [
      'no claim',
      unschedulable('Unschedulable', '0/3 nodes are available: persistentvolumeclaim "data" not found.'),
      'config',
      'status.conditions[0].reason=Unschedulable',
      /volume of the pod is missing/,
    ],
    [
      'a scheduler in trouble',
      unschedulable('SchedulerError', 'timeout'),
      'infrastructure',
      'status.conditions[0].reason=SchedulerError',
      /scheduler failed/,
    ],
  ])
})

describe('a pod that shows nothing', () => {
  const creating = pending(waiting('ContainerCreating'))
  const event = (reason: string, message: string, lastTimestamp?: string) => ({
    reason,
    message,
    ...(lastTimestamp && { lastTimestamp }),
  })

  it.each<[string, object[], FailureClass, string]>([
    [
      'a mount',
      [event('Scheduled', ''), event('FailedMount', 'secret "s" not found')],
      'config',
      'events[1].reason=FailedMount',
    ],
    [
      'a mount whose cause came before its timeout',
      [event('FailedMount', 'configmap "c" not found'), event('FailedMount', 'timed out waiting for the condition')],
      'config',
      'events[0].reason=FailedMount',
    ],
    [
      'a mount that only timed out',
      [event('FailedMount', 'timed out waiting for the condition')],
      'infrastructure',
      'events[0].reason=FailedMount',
    ],
    [
      'a sandbox',
      [event('FailedCreatePodSandBox', 'networkPlugin cni failed')],
      'infrastructure',
      'events[0].reason=FailedCreatePodSandBox',
    ],
    [
      'a volume that is attached elsewhere',
      [event('FailedAttachVolume', 'Multi-Attach error')],
      'infrastructure',
      'events[0].reason=FailedAttachVolume',
    ],
    [
      'a taint',
      [event('TaintManagerEviction', 'Marking for deletion')],
      'disruption',
      'events[0].reason=TaintManagerEviction',
    ],
    ['no room', [event('FailedScheduling', '0/1 nodes')], 'capacity', 'events[0].reason=FailedScheduling'],
    [
      'the newest by its time',
      [
        event('FailedCreatePodSandBox', 'cni', '2026-01-01T00:00:09Z'),
        event('FailedScheduling', '0/1', '2026-01-01T00:00:01Z'),
      ],
      'infrastructure',
      'events[0].reason=FailedCreatePodSandBox',
    ],
  ])('is told by its events: %s', (_, events, failureClass, evidence) => {
    expect(classifyFailure(creating, events)).toMatchObject({ class: failureClass, evidence })
  })

  it('is unknown without them', () => {
    expect(classifyFailure(creating, [event('Pulled', 'image'), {}])).toEqual({
      class: 'unknown',
      evidence: 'status.phase=Pending',
      message: 'nothing in the pod says why it failed',
    })
    expect(classifyFailure({})).toMatchObject({ class: 'unknown', evidence: 'status.phase=' })
  })

  it('does not ask the events where the pod itself tells', () => {
    expect(classifyFailure(main(ended(1)), [event('FailedMount', 'x')]).class).toBe('user')
  })

  it('bears strange statuses', () => {
    expect(classifyFailure(pod({ containerStatuses: [null, 'x', {}], initContainerStatuses: 'none' })).class).toBe(
      'unknown',
    )
  })
})

describe('failureBudget', () => {
  it.each<[FailureClass, string]>([
    ['user', 'retries'],
    ['config', 'retries'],
    ['capacity', 'retries'],
    ['oom', 'retries'],
    ['deadline', 'retries'],
    ['unknown', 'retries'],
    ['infrastructure', 'infrastructureRetries'],
    ['disruption', 'infrastructureRetries'],
  ])('charges %s to %s', (failureClass, budget) => {
    expect(failureBudget(failureClass)).toBe(budget)
  })
})
