import { describe, expect, it } from 'vitest'
import { explainEnd, explainPending, isMute } from '../../../src/loops/tracking/explained-failure.ts'
import type { Failure } from '../../../src/pods/failure.ts'

const at = (seconds: number) => ({ lastTimestamp: new Date(seconds * 1000).toISOString() })
const mount = 'MountVolume.SetUp failed for volume "v" : configmap "x" not found'
const creating: Failure = {
  class: 'infrastructure',
  evidence: 'status.containerStatuses[0].state.waiting.reason=ContainerCreating',
  message: 'its containers were not created within 300 s (creatingSeconds): container base: ContainerCreating',
}
const gone: Failure = {
  class: 'unknown',
  evidence: 'metadata.uid=1 (gone)',
  message: 'pod a/x is gone, and nobody saw how it ended',
}

describe('explainPending', () => {
  it('says what the newest warning says, and takes its class where the pod shows none', () => {
    const events = [
      { type: 'Normal', reason: 'Scheduled', message: 'Successfully assigned', ...at(9) },
      { type: 'Warning', reason: 'FailedMount', message: mount, ...at(5) },
    ]
    expect(explainPending(creating, events)).toEqual({
      class: 'config',
      evidence: 'events[1].reason=FailedMount',
      message: `${creating.message}; FailedMount: ${mount}`,
    })
  })

  it('leaves the class where the pod shows a cause, and repeats nothing', () => {
    const message = 'its image was not pulled: container base: Back-off pulling image "a"'
    const pulling: Failure = {
      class: 'config',
      evidence: 'status.containerStatuses[0].state.waiting.reason=ImagePullBackOff',
      message,
    }
    const events = [
      { type: 'Normal', reason: 'BackOff', message: 'Back-off pulling image "a"', ...at(3) },
      { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff', ...at(3) },
      { type: 'Warning', reason: 'Failed', message: 'Failed to pull image "a": 401 Unauthorized', ...at(1) },
    ]
    expect(explainPending(pulling, events)).toEqual({
      ...pulling,
      message: `${message}; Failed: Failed to pull image "a": 401 Unauthorized`,
    })
  })

  it('tells of an autoscaler where nothing is wrong', () => {
    const message = 'no node took the pod within 900 s (unscheduledSeconds): 0/1 nodes are available'
    const waiting: Failure = { class: 'capacity', evidence: 'status.conditions[0].reason=Unschedulable', message }
    const events = [
      { type: 'Warning', reason: 'FailedScheduling', message: '0/1 nodes are available', ...at(1) },
      { type: 'Normal', reason: 'TriggeredScaleUp', message: 'pod triggered scale-up: [{group 1->2}]', ...at(2) },
    ]
    expect(explainPending(waiting, events).message).toBe(
      `${message}; TriggeredScaleUp: pod triggered scale-up: [{group 1->2}]`,
    )
    expect(explainPending(waiting, [])).toEqual(waiting)
  })

  it('says nothing of what the scheduler said before: its newest word is in the pod', () => {
    const waiting: Failure = {
      class: 'capacity',
      evidence: 'status.conditions[0].reason=Unschedulable',
      message: "no node took the pod within 900 s: 0/3 nodes are available: 3 node(s) didn't match Pod's node affinity",
    }
    const before = '0/3 nodes are available: 1 node(s) had untolerated taint(s)'
    const events = [{ type: 'Warning', reason: 'FailedScheduling', message: before, ...at(1) }]
    expect(explainPending(waiting, events)).toEqual(waiting)
  })
})

describe('explainEnd', () => {
  it('knows who took the pod away', () => {
    const events = [
      { type: 'Normal', reason: 'TaintManagerEviction', message: 'Marking for deletion Pod a/x', ...at(1) },
    ]
    expect(explainEnd(gone, events)).toEqual({
      class: 'disruption',
      evidence: 'events[0].reason=TaintManagerEviction',
      message: `${gone.message}: the node was tainted, and the pod does not tolerate that: Marking for deletion Pod a/x`,
    })
  })

  it('adds what else was said, and leaves an end that nobody saw unknown', () => {
    const events = [{ type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready', ...at(1) }]
    expect(explainEnd(gone, events)).toEqual({
      ...gone,
      message: `${gone.message}; before that the node is not ready: Node is not ready`,
    })
    expect(explainEnd(gone, [{ reason: 'Started', message: 'Container started' }])).toEqual(gone)
  })
})

it.for([
  ['status.phase=Failed', true],
  ['status.phase=Pending', true],
  ['spec.nodeName=', true],
  ['metadata.deletionTimestamp=2026-01-01T00:00:00Z', true],
  [creating.evidence, true],
  ['status.conditions[0].reason=Unschedulable', false],
  ['status.containerStatuses[0].state.terminated.exitCode=1', false],
  ['status.reason=Evicted', false],
] as const)('a pod that shows %s shows no cause: %s', ([evidence, expected]) => {
  expect(isMute({ ...gone, evidence })).toBe(expected)
})
