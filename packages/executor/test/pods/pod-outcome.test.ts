import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Pod } from '../../src/kube/types.ts'
import { type PodOutcome, podOutcome } from '../../src/pods/pod-outcome.ts'

type State = PodOutcome['state']
const ts = { deletionTimestamp: '2026-01-01T00:00:00Z' }
const TYPES = ['ADDED', 'MODIFIED', 'DELETED'] as const
const PHASES = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown', undefined] as const

/** A pod of this phase; `more` is laid over metadata and status. */
function pod(
  phase: string | undefined,
  { metadata = {}, status = {} }: { metadata?: object; status?: object } = {},
): Pod {
  return { metadata: { name: 'p', ...metadata }, status: { ...(phase === undefined ? {} : { phase }), ...status } }
}
const state = (type: string, object: Pod, reasons?: readonly string[]): State =>
  podOutcome({ type, object }, reasons ? { fatalContainerStateReasons: reasons } : {}).state

describe('podOutcome', () => {
  it.each(TYPES)('row 1: says nothing of a revoked pod: %s', (type) => {
    for (const phase of PHASES) {
      for (const value of ['True', 'False', '']) {
        const metadata = { labels: { airflow_pod_revoked: value } }
        expect(state(type, pod(phase, { metadata }))).toBeNull()
        expect(
          state(type, pod(phase, { metadata: { ...metadata, ...ts }, status: { reason: 'ProviderFailed' } })),
        ).toBeNull()
      }
    }
  })

  it('row 2: takes a deletion without a deletion timestamp for an adoption, whatever the phase', () => {
    for (const phase of PHASES) {
      expect(podOutcome({ type: 'DELETED', object: pod(phase) })).toEqual({ state: 'adopted' })
      expect(state('DELETED', pod(phase, { status: { reason: 'ProviderFailed' } }))).toBe('adopted')
    }
  })

  it('row 3: fails a pod that its provider failed, without details', () => {
    for (const phase of PHASES) {
      const failed = pod(phase, { metadata: ts, status: { reason: 'ProviderFailed' } })
      for (const type of TYPES) expect(podOutcome({ type, object: failed })).toEqual({ state: 'failed' })
    }
  })

  const waiting = (reason?: string, message?: string) => ({
    name: 'c',
    state: { waiting: { ...(reason === undefined ? {} : { reason }), ...(message === undefined ? {} : { message }) } },
  })
  const running = { name: 'c', state: { running: {} } }

  it.each<[string, object, State]>([
    ['nothing', {}, null],
    ['no containers yet', { containerStatuses: [] }, null],
    ['a container that comes up', { containerStatuses: [waiting('ContainerCreating')] }, null],
    ['a reason that is missing', { containerStatuses: [waiting()] }, null],
    ['ImagePullBackOff, which is not fatal', { containerStatuses: [waiting('ImagePullBackOff')] }, null],
    ['CrashLoopBackOff, which is not fatal', { containerStatuses: [waiting('CrashLoopBackOff')] }, null],
    ['CreateContainerConfigError', { containerStatuses: [waiting('CreateContainerConfigError')] }, 'failed'],
    ['ErrImagePull', { containerStatuses: [waiting('ErrImagePull', 'not found')] }, 'failed'],
    ['CreateContainerError', { containerStatuses: [waiting('CreateContainerError')] }, 'failed'],
    ['ImageInspectError', { containerStatuses: [waiting('ImageInspectError')] }, 'failed'],
    ['InvalidImageName', { containerStatuses: [waiting('InvalidImageName')] }, 'failed'],
    ['the exempt message', { containerStatuses: [waiting('ErrImagePull', 'pull QPS exceeded')] }, null],
    ['almost the exempt message', { containerStatuses: [waiting('ErrImagePull', 'pull QPS exceeded.')] }, 'failed'],
    [
      'the exempt message of another reason',
      { containerStatuses: [waiting('CreateContainerError', 'pull QPS exceeded')] },
      'failed',
    ],
    ['any init container', { initContainerStatuses: [running, waiting('ErrImagePull')] }, 'failed'],
    [
      'an init container behind an exempt one',
      { initContainerStatuses: [waiting('ErrImagePull', 'pull QPS exceeded'), waiting('InvalidImageName')] },
      'failed',
    ],
    ['only the first other container', { containerStatuses: [running, waiting('ErrImagePull')] }, null],
  ])('row 4: looks at what a pending pod waits for: %s', (_, status, expected) => {
    const pending = pod('Pending', { status })
    expect(podOutcome({ type: 'MODIFIED', object: pending })).toEqual({ state: expected })
    expect(state('ADDED', pod('Pending', { status, metadata: ts }))).toBe(expected)
    expect(state('DELETED', pod('Pending', { status, metadata: ts }))).toBeNull()
    expect(state('MODIFIED', pending, [])).toBeNull()
  })

  it('row 4: takes the reasons from the caller', () => {
    const pending = pod('Pending', { status: { containerStatuses: [waiting('ImagePullBackOff')] } })
    expect(state('MODIFIED', pending, ['ImagePullBackOff'])).toBe('failed')
  })

  it.each<[string, object, string, State]>([
    ['5', {}, 'Failed', 'failed'],
    ['6', {}, 'Succeeded', 'succeeded'],
    ['8', {}, 'Running', null],
    ['9', {}, 'Unknown', null],
    ['5, being deleted', ts, 'Failed', 'failed'],
    ['6, being deleted', ts, 'Succeeded', 'succeeded'],
    ['8, being deleted', ts, 'Running', null],
    ['9, being deleted', ts, 'Unknown', null],
  ])('row %s: tells by the phase', (_, metadata, phase, expected) => {
    for (const type of ['ADDED', 'MODIFIED']) expect(state(type, pod(phase, { metadata }))).toBe(expected)
  })

  it.each<[string, string | undefined, State]>([
    ['4', 'Pending', null],
    ['5', 'Failed', 'failed'],
    ['6', 'Succeeded', 'succeeded'],
    ['7', 'Running', 'failed'],
    ['9', 'Unknown', null],
    ['9', undefined, null],
  ])('row %s: tells of a deleted pod by its phase %s', (_, phase, expected) => {
    expect(state('DELETED', pod(phase, { metadata: ts }))).toBe(expected)
  })

  it('says nothing of a pod without a status', () => {
    expect(podOutcome({ type: 'ADDED', object: {} })).toEqual({ state: null })
  })

  it('has details of a failure by phase only', () => {
    const failed = pod('Failed', { status: { reason: 'Evicted' } })
    expect(podOutcome({ type: 'MODIFIED', object: failed })).toEqual({
      state: 'failed',
      failure: { podStatus: 'Failed', podReason: 'Evicted' },
    })
    expect(podOutcome({ type: 'DELETED', object: pod('Running', { metadata: ts }) })).toEqual({ state: 'failed' })
  })

  /** Events, and what provider 10.25.0 made of them. */
  const rows: { type: string; object: Pod; outcome: PodOutcome }[] = JSON.parse(
    readFileSync(new URL('testdata/airflow-outcomes.json', import.meta.url), 'utf8'),
  )

  it(`agrees with Airflow on ${rows.length} events`, () => {
    expect(rows.length).toBeGreaterThan(50)
    for (const { outcome, ...event } of rows) expect(podOutcome(event), JSON.stringify(event)).toEqual(outcome)
  })
})
