import { describe, expect, it } from 'vitest'
import { podRow } from '../../../../src/apiserver/resources/pod/pod-table.ts'
import type { Pod } from '../../../../src/types.ts'

const now = Date.parse('2026-01-01T01:00:00Z')
const pod = (status: object, changes: object = {}): Pod =>
  ({
    metadata: { name: 'p', creationTimestamp: '2026-01-01T00:55:00Z' },
    spec: { containers: [{ name: 'a' }], initContainers: [{ name: 'i' }, { name: 'j' }] },
    status,
    ...changes,
  }) as unknown as Pod
const waiting = (reason: string) => ({ containerStatuses: [{ name: 'a', state: { waiting: { reason } } }] })
const terminated = (state: object) => ({ containerStatuses: [{ name: 'a', state: { terminated: state } }] })

describe('podRow', () => {
  it.for<readonly [title: string, pod: Pod, text: string]>([
    ['its phase', pod({ phase: 'Pending' }), 'Pending'],
    ['why it waits', pod({ phase: 'Pending', ...waiting('ImagePullBackOff') }), 'ImagePullBackOff'],
    ['why it ended', pod({ phase: 'Failed', ...terminated({ reason: 'OOMKilled', exitCode: 137 }) }), 'OOMKilled'],
    ['its exit code', pod({ phase: 'Failed', ...terminated({ exitCode: 3 }) }), 'ExitCode:3'],
    ['its signal', pod({ phase: 'Failed', ...terminated({ exitCode: 0, signal: 9 }) }), 'Signal:9'],
    ['its own reason', pod({ phase: 'Failed', reason: 'Evicted' }), 'Evicted'],
    [
      'how far initialising is',
      pod({
        phase: 'Pending',
        initContainerStatuses: [
          { name: 'i', state: { terminated: { exitCode: 0 } } },
          { name: 'j', state: { running: {} } },
        ],
      }),
      'Init:1/2',
    ],
    [
      'why initialising failed',
      pod({
        phase: 'Failed',
        initContainerStatuses: [{ name: 'i', state: { terminated: { exitCode: 1, reason: 'Error' } } }],
      }),
      'Init:Error',
    ],
    [
      'that it is being deleted',
      pod({ phase: 'Running' }, { metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z' } }),
      'Terminating',
    ],
    [
      'that a gate is closed',
      pod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', reason: 'SchedulingGated' }] }),
      'SchedulingGated',
    ],
  ])('shows %s', ([, shown, text]) => {
    expect(podRow(shown, now)[2]).toBe(text)
  })

  it('shows readiness, restarts, age and place', () => {
    const status = {
      phase: 'Running',
      podIP: '10.0.0.1',
      containerStatuses: [
        {
          name: 'a',
          ready: true,
          restartCount: 2,
          state: { running: {} },
          lastState: { terminated: { finishedAt: '2026-01-01T00:59:30Z' } },
        },
      ],
    }
    expect(podRow(pod(status), now)).toEqual([
      'p',
      '1/1',
      'Running',
      '2 (30s ago)',
      '5m',
      '10.0.0.1',
      '<none>',
      '<none>',
      '<none>',
    ])
  })
})
