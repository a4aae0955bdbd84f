import { describe, expect, it } from 'vitest'
import type { Pod } from '../../../src/kube/types.ts'
import { endingOf, hasEnded, podNews, vanishedFailure } from '../../../src/loops/tracking/pod-ending.ts'

const FATAL = ['ErrImagePull']
const DELETING = { deletionTimestamp: '2026-01-01T00:00:30Z' }

function pod(status: Pod['status'], metadata: Pod['metadata'] = {}): Pod {
  return {
    metadata: { name: 'p', namespace: 'n', uid: 'u', ...metadata },
    spec: { containers: [{ name: 'base' }] },
    status: status ?? {},
  }
}

function container(state: object, name = 'base') {
  return { name, image: '', imageID: '', ready: false, restartCount: 0, state }
}

const news = (of: Pod, isDeleted = false) => podNews(of, { isDeleted, fatalContainerStateReasons: FATAL })

describe('podNews', () => {
  it('tells when the main container runs', () => {
    expect(news(pod({ phase: 'Running', containerStatuses: [container({ running: {} })] }))).toEqual({
      kind: 'running',
    })
    expect(news(pod({ phase: 'Running', containerStatuses: [container({ waiting: {} })] }))).toEqual({ kind: 'none' })
    expect(news(pod({ phase: 'Pending' }))).toEqual({ kind: 'none' })
  })

  it('tells success with the container’s times and result', () => {
    const terminated = { exitCode: 0, startedAt: 'a', finishedAt: 'b', message: '{"rows":3}' }
    expect(news(pod({ phase: 'Succeeded', containerStatuses: [container({ terminated })] }))).toEqual({
      kind: 'ended',
      ending: {
        state: 'success',
        info: null,
        exitCode: 0,
        containerCount: 1,
        startedAt: 'a',
        endedAt: 'b',
        terminationMessage: '{"rows":3}',
      },
    })
  })

  it('lets an ended main container decide, whatever the phase and the other containers', () => {
    const sidecar = container({ running: {} }, 'sidecar')
    const both = (exitCode: number) =>
      pod({ phase: 'Running', containerStatuses: [container({ terminated: { exitCode } }), sidecar] })
    expect(news(both(0))).toMatchObject({ kind: 'ended', ending: { state: 'success' } })
    expect(news(both(3))).toMatchObject({ kind: 'ended', ending: { state: 'failed', failure: { class: 'user' } } })
    const failedSidecar = pod({
      phase: 'Failed',
      containerStatuses: [
        container({ terminated: { exitCode: 0 } }),
        container({ terminated: { exitCode: 1 } }, 'sidecar'),
      ],
    })
    expect(news(failedSidecar)).toMatchObject({ kind: 'ended', ending: { state: 'success' } })
  })

  it('does not take the 0 of an evicted pod for success', () => {
    const evicted = pod({
      phase: 'Failed',
      reason: 'Evicted',
      containerStatuses: [container({ terminated: { exitCode: 0 } })],
    })
    expect(news(evicted)).toMatchObject({
      kind: 'ended',
      ending: { state: 'failed', info: 'Pod failed because of Evicted', failure: { class: 'disruption' } },
    })
  })

  it('fails a pending pod for a fatal reason', () => {
    const stuck = pod({
      phase: 'Pending',
      containerStatuses: [container({ waiting: { reason: 'ErrImagePull', message: 'no' } })],
    })
    expect(news(stuck)).toMatchObject({ kind: 'ended', ending: { state: 'failed', failure: { class: 'config' } } })
  })

  it('does not believe in an adoption before it was looked at', () => {
    for (const phase of ['Pending', 'Running', 'Succeeded', 'Failed'] as const) {
      expect(news(pod({ phase }), true)).toEqual({ kind: 'left' })
    }
  })

  it('tells a deletion before the start from one of which the end was not seen', () => {
    expect(news(pod({ phase: 'Pending' }, DELETING), true)).toMatchObject({
      kind: 'vanished',
      failure: { class: 'disruption' },
    })
    expect(news(pod({ phase: 'Running' }, DELETING), true)).toMatchObject({
      kind: 'vanished',
      failure: { class: 'unknown' },
    })
    const seen = pod({ phase: 'Running', containerStatuses: [container({ terminated: { exitCode: 143 } })] }, DELETING)
    expect(news(seen, true)).toMatchObject({
      kind: 'ended',
      ending: { state: 'failed', failure: { class: 'disruption' } },
    })
  })

  it('says nothing of a revoked pod', () => {
    const revoked = pod({ phase: 'Pending', reason: 'ProviderFailed' }, { labels: { airflow_pod_revoked: 'True' } })
    expect(news(revoked)).toEqual({ kind: 'none' })
  })
})

describe('vanishedFailure', () => {
  it('is a disruption when Kubernetes had announced one', () => {
    const conditions = [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }]
    expect(vanishedFailure(pod({ phase: 'Running', conditions }), { mayHaveRun: true })).toMatchObject({
      class: 'disruption',
      evidence: 'status.conditions[0].type=DisruptionTarget',
    })
  })
})

describe('endingOf', () => {
  it('is null for a pod that has not ended', () => {
    expect(endingOf(pod({ phase: 'Running' }))).toBeNull()
  })
})

describe('hasEnded', () => {
  const statuses: Pod['status'][] = [undefined, { phase: 'Pending' }, { phase: 'Running' }, { phase: 'Unknown' }]
  const over: Pod['status'][] = [
    { phase: 'Succeeded' },
    { phase: 'Failed' },
    { phase: 'Failed', reason: 'Evicted' },
    ...[0, 1].map((exitCode) => ({ phase: 'Running', containerStatuses: [container({ terminated: { exitCode } })] })),
    { phase: 'Failed', reason: 'Evicted', containerStatuses: [container({ terminated: { exitCode: 0 } })] },
  ]

  it.each(over)('is true where there is an ending: %j', (status) => {
    expect([hasEnded(pod(status)), endingOf(pod(status)) !== null]).toEqual([true, true])
  })

  it.each(statuses)('is false where there is none: %j', (status) => {
    expect([hasEnded(pod(status)), endingOf(pod(status))]).toEqual([false, null])
  })
})
