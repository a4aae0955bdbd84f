import type { Failure, LaunchOutcome } from '@davit/executor'
import { describe, expect, it } from 'vitest'
import { podReport } from '../../../src/store/outcome/pod-report.ts'

function outcome(facts: Partial<LaunchOutcome>): LaunchOutcome {
  const key = { dagId: 'd', taskId: 't', runId: 'r', tryNumber: 1, mapIndex: -1 }
  const launch = { id: '1-1-abcdefgh', key, number: 1, podName: 'p', namespace: 'default', uid: 'u' }
  return { launch, state: 'failed', info: null, ...facts }
}

function failure(kind: Failure['class']): Failure {
  return { class: kind, evidence: `class=${kind}`, message: `it was ${kind}` }
}

const container = { kind: 'container', skipOnExitCode: [99] } as const
const func = { kind: 'function', skipOnExitCode: [] } as const
const started = { workerStarted: true }
const notStarted = { workerStarted: false }

describe('podReport of a container task', () => {
  it('is the success that its pod shows, with the result', () => {
    expect(podReport(outcome({ state: 'success' }), container, notStarted)).toEqual({ state: 'success' })
    const withResult = outcome({ state: 'success', terminationMessage: '{"rows":3}', containerCount: 2 })
    expect(podReport(withResult, container, notStarted)).toEqual({ state: 'success', result: { rows: 3 } })
  })

  it('fails when the result cannot be read', () => {
    expect(podReport(outcome({ state: 'success', terminationMessage: 'oops' }), container, notStarted)).toMatchObject({
      state: 'failed',
      failure: { class: 'config' },
    })
  })

  it('is skipped by an exit code that means skipped, if the command chose it', () => {
    expect(podReport(outcome({ exitCode: 99, failure: failure('user') }), container, notStarted)).toEqual({
      state: 'skipped',
      reason: 'exit code 99 means skipped',
    })
    for (const kind of ['oom', 'deadline', 'disruption'] as const) {
      expect(podReport(outcome({ exitCode: 99, failure: failure(kind) }), container, notStarted)).toEqual({
        state: 'failed',
        failure: failure(kind),
      })
    }
    expect(podReport(outcome({ exitCode: 98, failure: failure('user') }), container, notStarted)).toEqual({
      state: 'failed',
      failure: failure('user'),
    })
  })

  it('says that nothing says why', () => {
    expect(podReport(outcome({ exitCode: 1 }), container, notStarted)).toEqual({
      state: 'failed',
      failure: { class: 'unknown', evidence: 'exitCode=1', message: 'the pod failed, and nothing says why' },
    })
    expect(podReport(outcome({ info: 'Pod failed because of Evicted' }), container, notStarted)).toMatchObject({
      failure: { class: 'unknown', evidence: 'exitCode=absent', message: 'Pod failed because of Evicted' },
    })
  })
})

describe('podReport of a function task whose worker reported nothing', () => {
  const own = { class: 'config', evidence: 'connect=ECONNREFUSED', message: 'cannot reach the task API' } as const
  const terminationMessage = JSON.stringify({ davitFailure: own })

  it('is a failure although the pod succeeded', () => {
    expect(podReport(outcome({ state: 'success' }), func, started)).toMatchObject({
      state: 'failed',
      failure: { class: 'unknown', evidence: 'taskApi.outcome=absent' },
    })
    expect(podReport(outcome({ state: 'success' }), func, notStarted)).toMatchObject({
      state: 'failed',
      failure: { class: 'config', evidence: 'taskApi.start=absent' },
    })
  })

  it('takes the words that the bootstrap left for an exit code', () => {
    for (const shown of [failure('user'), failure('unknown'), undefined]) {
      const ended = outcome({ exitCode: 1, terminationMessage, ...(shown && { failure: shown }) })
      expect(podReport(ended, func, notStarted)).toEqual({ state: 'failed', failure: own })
    }
  })

  it('believes the cluster more when it ended the pod', () => {
    for (const kind of ['oom', 'disruption', 'deadline', 'infrastructure', 'config', 'capacity'] as const) {
      const ended = outcome({ exitCode: 137, terminationMessage, failure: failure(kind) })
      expect(podReport(ended, func, started)).toEqual({ state: 'failed', failure: failure(kind) })
    }
  })

  it.each([
    'no json, davitFailure',
    '{"davitFailure": null}',
    '{"davitFailure": {"class": "nonsense", "evidence": "a=b", "message": "m"}}',
    '{"davitFailure": {"class": "config", "message": "m"}}',
    '["davitFailure"]',
  ])('does not take %s for such words', (message) => {
    const ended = outcome({ exitCode: 1, terminationMessage: message, failure: failure('user') })
    expect(podReport(ended, func, started)).toEqual({ state: 'failed', failure: failure('user') })
  })

  it('does not take exit codes for skips', () => {
    const ended = outcome({ exitCode: 99, failure: failure('user') })
    expect(podReport(ended, { kind: 'function', skipOnExitCode: [99] }, started)).toMatchObject({ state: 'failed' })
  })
})
