import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../../src/config/resolve-config.ts'
import type { Pod } from '../../../src/kube/types.ts'
import { pendingLimits, reasonsWithoutGrace } from '../../../src/loops/tracking/pending-limit.ts'
import { pendingStage } from '../../../src/loops/tracking/pending-stage.ts'

const container = (state: object, name = 'base') => ({
  name,
  image: 'busybox',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
})
const scheduled = { type: 'PodScheduled', status: 'True' }
const sandbox = { type: 'PodReadyToStartContainers', status: 'True' }
const bound = (status: Pod['status']): Pod => ({
  spec: { containers: [], nodeName: 'node-1' },
  status: { phase: 'Pending', ...status },
})
const creating = container({ waiting: { reason: 'ContainerCreating' } })

it('puts a gated pod under no limit: no node is being looked for', () => {
  const gated: Pod = {
    spec: { containers: [], schedulingGates: [{ name: 'x.y/queue' }] },
    status: { phase: 'Pending' },
  }
  expect(pendingLimits(gated, resolveConfig())).toEqual([])
})

describe('pendingStage', () => {
  it.each<[string, Pod, string | null]>([
    ['new', {}, 'unscheduled'],
    [
      'unschedulable',
      {
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1' }],
        },
      },
      'unscheduled',
    ],
    [
      'gated',
      {
        spec: { containers: [], schedulingGates: [{ name: 'davit/launch' }] },
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
        },
      },
      'gated',
    ],
    ['bound, and nothing said', bound({ conditions: [scheduled] }), 'creating'],
    ['without a sandbox', bound({ conditions: [scheduled], containerStatuses: [creating] }), 'creating'],
    ['with a sandbox', bound({ conditions: [scheduled, sandbox], containerStatuses: [creating] }), 'pulling'],
    [
      'backing off from a pull',
      bound({ containerStatuses: [container({ waiting: { reason: 'ImagePullBackOff' } })] }),
      'pulling',
    ],
    [
      'in an init container',
      bound({
        initContainerStatuses: [container({ running: {} }, 'init')],
        containerStatuses: [container({ waiting: { reason: 'PodInitializing' } })],
      }),
      'initialising',
    ],
    ['running', bound({ phase: 'Running' }), null],
    ['ended', bound({ phase: 'Failed' }), null],
  ])('%s', (_title, pod, stage) => {
    expect(pendingStage(pod)?.stage ?? null).toBe(stage)
  })
})

describe('pendingLimits', () => {
  const config = resolveConfig({})

  it('has one limit for each stage, with the class of its failure', () => {
    const unschedulable = {
      status: {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }],
      },
    } as const
    expect(pendingLimits(unschedulable as unknown as Pod, config)).toEqual([
      {
        label: 'unscheduled',
        limitMs: 900_000,
        failure: {
          class: 'capacity',
          evidence: 'status.conditions[0].reason=Unschedulable',
          message: 'no node took the pod within 900 s (unscheduledSeconds): 0/1 nodes',
        },
      },
    ])
    const init = bound({ initContainerStatuses: [container({ running: {} }, 'init')] })
    expect(pendingLimits(init, config)).toEqual([])
    expect(pendingLimits(bound({ containerStatuses: [creating] }), config)[0]).toMatchObject({
      limitMs: 300_000,
      failure: { class: 'infrastructure' },
    })
  })

  it.each([
    ['RegistryUnavailable', 'image pull failed', 'infrastructure'],
    ['ImagePullBackOff', 'Back-off pulling image "a": ErrImagePull: not found', 'config'],
    ['ImagePullBackOff', 'Back-off pulling image "a": ErrImagePull: pull QPS exceeded', 'infrastructure'],
  ])('takes the class from what the container waits for: %s, %s', (reason, message, expected) => {
    const pod = bound({ containerStatuses: [container({ waiting: { reason, message } })] })
    expect(pendingLimits(pod, config)[0]).toMatchObject({ label: 'pulling', failure: { class: expected } })
  })

  it('gives a fatal reason its grace', () => {
    const graced = resolveConfig({ fatalReasonGraceSeconds: { ErrImagePull: 60 } })
    const pod = bound({ containerStatuses: [container({ waiting: { reason: 'ErrImagePull', message: 'not found' } })] })
    expect(reasonsWithoutGrace(graced)).not.toContain('ErrImagePull')
    expect(reasonsWithoutGrace(config)).toContain('ErrImagePull')
    expect(pendingLimits(pod, graced).map(({ label, limitMs }) => [label, limitMs])).toEqual([
      ['pulling', 600_000],
      ['fatal ErrImagePull', 60_000],
    ])
  })

  it('lets the grace of a failed pull run on while the kubelet backs off, save from a pull that was only refused', () => {
    const graced = resolveConfig({ fatalReasonGraceSeconds: { ErrImagePull: 60 } })
    const backOff = (message: string) =>
      pendingLimits(
        bound({ containerStatuses: [container({ waiting: { reason: 'ImagePullBackOff', message } })] }),
        graced,
      ).map(({ label }) => label)
    expect(backOff('Back-off pulling image "a": ErrImagePull: not found')).toEqual(['pulling', 'fatal ErrImagePull'])
    expect(backOff('Back-off pulling image "a": ErrImagePull: pull QPS exceeded')).toEqual(['pulling'])
  })
})
