import { describe, expect, it } from 'vitest'
import type { ContainerKind, ContainerRecord } from '../../src/kubelet/container-record.ts'
import { podPhase, podStatus } from '../../src/kubelet/pod-lifecycle.ts'
import type { Pod } from '../../src/types.ts'

const NOW = Date.parse('2026-01-01T00:00:10Z')

const end = (exitCode: number) => ({ exitCode, reason: 'x', message: '', startedAt: 0, finishedAt: 0, id: 'davit://1' })

const STATES = {
  waiting: { state: { kind: 'waiting', reason: 'ContainerCreating' } },
  backingOff: { state: { kind: 'waiting', reason: 'CrashLoopBackOff' }, attempt: 0, lastEnd: end(1) },
  backingOffAfter0: { state: { kind: 'waiting', reason: 'CrashLoopBackOff' }, attempt: 0, lastEnd: end(0) },
  running: { state: { kind: 'running', startedAt: 0, id: 'davit://1' }, attempt: 0 },
  done: { state: { kind: 'terminated', end: end(0) }, attempt: 0 },
  failed: { state: { kind: 'terminated', end: end(2) }, attempt: 0 },
} as const satisfies Record<string, Omit<ContainerRecord, 'container' | 'kind'>>

type StateName = keyof typeof STATES

const records = (kind: ContainerKind, names: readonly StateName[]): ContainerRecord[] =>
  names.map((name, at) => ({ container: { name: `${kind}-${at}` }, kind, ...STATES[name] }))

interface Row {
  init?: StateName[]
  sidecars?: StateName[]
  mains: StateName[]
  policy?: 'Always' | 'OnFailure' | 'Never'
  isOver?: boolean
  phase: string
}

// Kubernetes: TestPodPhaseWith… in kubelet_pods_test.go
it.each<Row>([
  { mains: ['waiting'], phase: 'Pending' },
  { mains: ['running', 'waiting'], phase: 'Pending' },
  { mains: ['running'], phase: 'Running' },
  { mains: ['running', 'failed'], phase: 'Running' },
  { mains: ['done', 'done'], phase: 'Succeeded' },
  { mains: ['done', 'failed'], phase: 'Failed' },
  { mains: ['done', 'failed'], policy: 'OnFailure', phase: 'Running' },
  { mains: ['done', 'backingOff'], policy: 'OnFailure', phase: 'Running' },
  { mains: ['done'], policy: 'OnFailure', phase: 'Succeeded' },
  { mains: ['done'], policy: 'Always', phase: 'Running' },
  { mains: ['backingOffAfter0'], policy: 'Always', phase: 'Running' },
  { mains: ['done'], policy: 'Always', isOver: true, phase: 'Succeeded' },
  { mains: ['failed'], policy: 'Always', isOver: true, phase: 'Failed' },
  { mains: ['waiting'], isOver: true, phase: 'Failed' },
  { init: ['running'], mains: ['waiting'], phase: 'Pending' },
  { init: ['done', 'waiting'], mains: ['waiting'], phase: 'Pending' },
  { init: ['failed'], mains: ['waiting'], phase: 'Failed' },
  { init: ['failed'], mains: ['waiting'], policy: 'OnFailure', phase: 'Pending' },
  { init: ['backingOff'], mains: ['waiting'], policy: 'Always', phase: 'Pending' },
  { init: ['done'], mains: ['running'], phase: 'Running' },
  { sidecars: ['waiting'], mains: ['waiting'], phase: 'Pending' },
  { sidecars: ['running'], mains: ['running'], phase: 'Running' },
  { sidecars: ['running'], mains: ['done'], phase: 'Running' },
  { sidecars: ['failed'], mains: ['done'], phase: 'Succeeded' },
  { sidecars: ['backingOff'], mains: ['running'], phase: 'Running' },
])('podPhase of %j', ({ init = [], sidecars = [], mains, policy = 'Never', isOver = false, phase }) => {
  const all = [...records('init', init), ...records('sidecar', sidecars), ...records('main', mains)]
  const pod: Pod = { spec: { restartPolicy: policy, containers: [] } }
  expect(podPhase(all, { pod, isOver })).toBe(phase)
})

describe('podStatus', () => {
  const facts = {
    pod: { metadata: { name: 'p' }, spec: { restartPolicy: 'Never', containers: [] } } as Pod,
    records: records('main', ['running']),
    startedAt: NOW - 1000,
    hostIP: '127.0.0.1',
    hasSandbox: true,
    isOver: false,
  }

  it('keeps the conditions of others, and the time of those that did not change', () => {
    const before = {
      conditions: [
        { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:01Z' },
        { type: 'ContainersReady', status: 'False', lastTransitionTime: '2026-01-01T00:00:01Z' },
        { type: 'example.com/mine', status: 'True' },
      ],
    }
    const { conditions = [] } = podStatus(facts, before, NOW)
    expect(conditions.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
      ['example.com/mine', undefined],
      ['PodReadyToStartContainers', '2026-01-01T00:00:10Z'],
      ['Initialized', '2026-01-01T00:00:10Z'],
      ['Ready', '2026-01-01T00:00:01Z'],
      ['ContainersReady', '2026-01-01T00:00:10Z'],
      ['PodScheduled', '2026-01-01T00:00:10Z'],
    ])
  })

  it('waits for readiness gates', () => {
    const pod: Pod = { ...facts.pod, spec: { containers: [], readinessGates: [{ conditionType: 'g/one' }] } }
    const ready = podStatus({ ...facts, pod }, {}, NOW).conditions?.find(({ type }) => type === 'Ready')
    expect(ready).toMatchObject({
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message: 'corresponding condition of pod readiness gate "g/one" does not exist.',
    })
  })

  it('does not call a pod over while something of it may run', () => {
    const over = { ...facts, records: [...records('sidecar', ['running']), ...records('main', ['done'])] }
    expect(podStatus(over, { phase: 'Running' }, NOW).phase).toBe('Running')
    const initFailed = { ...facts, records: [...records('init', ['failed']), ...records('main', ['waiting'])] }
    expect(podStatus(initFailed, { phase: 'Pending' }, NOW).phase).toBe('Pending')
    expect(podStatus({ ...initFailed, isOver: true }, { phase: 'Pending' }, NOW).phase).toBe('Failed')
  })

  it('sorts containers by name, and keeps init containers in their order', () => {
    const named = (name: string, kind: ContainerKind): ContainerRecord => ({
      container: { name },
      kind,
      ...STATES.waiting,
    })
    const status = podStatus(
      { ...facts, records: [named('z', 'init'), named('a', 'sidecar'), named('y', 'main'), named('b', 'main')] },
      {},
      NOW,
    )
    expect(status.initContainerStatuses?.map(({ name }) => name)).toEqual(['z', 'a'])
    expect(status.containerStatuses?.map(({ name }) => name)).toEqual(['b', 'y'])
  })
})
