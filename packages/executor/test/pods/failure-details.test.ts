import { describe, expect, it } from 'vitest'
import type { Pod } from '../../src/kube/types.ts'
import { collectPodFailureDetails } from '../../src/pods/failure-details.ts'

const terminated = (name: string, exitCode: number, reason?: string, message?: string) => ({
  name,
  state: { terminated: { exitCode, ...(reason && { reason }), ...(message && { message }) } },
})
const waiting = (name: string, reason: string) => ({ name, state: { waiting: { reason, message: `${reason}!` } } })
const failed = (status: object) => ({ status: { phase: 'Failed', ...status } }) as Pod
const ended = (containerName: string, exitCode: number, containerReason: string, containerType = 'main') => ({
  podStatus: 'Failed',
  containerState: 'terminated',
  containerReason,
  exitCode,
  containerType,
  containerName,
})

describe('collectPodFailureDetails', () => {
  it.each([undefined, 'Pending', 'Running', 'Succeeded', 'Unknown'])('has none for phase %s', (phase) => {
    const containerStatuses = [terminated('base', 1, 'Error')]
    expect(collectPodFailureDetails({ status: { phase, containerStatuses } } as Pod)).toBeNull()
    expect(collectPodFailureDetails({})).toBeNull()
  })

  it.each<[string, object, object]>([
    ['nothing more', {}, { podStatus: 'Failed' }],
    [
      'reason and message of the pod',
      { reason: 'Evicted', message: 'low on memory' },
      { podStatus: 'Failed', podReason: 'Evicted', podMessage: 'low on memory' },
    ],
    [
      'a container that ended badly',
      { containerStatuses: [terminated('base', 137, 'OOMKilled', 'killed')] },
      { ...ended('base', 137, 'OOMKilled'), containerMessage: 'killed' },
    ],
    [
      'the first that ended badly',
      {
        containerStatuses: [terminated('a', 0, 'Completed'), terminated('b', 1, 'Error'), terminated('c', 2, 'Error')],
      },
      ended('b', 1, 'Error'),
    ],
    ['no end called Completed', { containerStatuses: [terminated('a', 3, 'Completed')] }, { podStatus: 'Failed' }],
    [
      'init containers before the others',
      { initContainerStatuses: [terminated('i', 2, 'Error')], containerStatuses: [terminated('base', 1, 'Error')] },
      ended('i', 2, 'Error', 'init'),
    ],
    [
      'the others where init containers ended well',
      { initContainerStatuses: [terminated('i', 0, 'Completed')], containerStatuses: [terminated('base', 1, 'Error')] },
      ended('base', 1, 'Error'),
    ],
    [
      'an init container that waits, before others that ended',
      { initContainerStatuses: [waiting('i', 'PodInitializing')], containerStatuses: [terminated('base', 1, 'Error')] },
      {
        podStatus: 'Failed',
        containerState: 'waiting',
        containerReason: 'PodInitializing',
        containerMessage: 'PodInitializing!',
        containerType: 'init',
        containerName: 'i',
      },
    ],
    [
      'the last that waits, without an exit code',
      { containerStatuses: [waiting('a', 'A'), waiting('b', 'B')] },
      {
        podStatus: 'Failed',
        containerState: 'waiting',
        containerReason: 'B',
        containerMessage: 'B!',
        containerType: 'main',
        containerName: 'b',
      },
    ],
    [
      'one that ended badly before one that waits',
      { containerStatuses: [waiting('a', 'A'), terminated('b', 1, 'Error')] },
      ended('b', 1, 'Error'),
    ],
    ['a strange status', { containerStatuses: [null, 'x', { name: 'a' }] }, { podStatus: 'Failed' }],
    ['no list', { containerStatuses: {} }, { podStatus: 'Failed' }],
  ])('has %s', (_, status, expected) => {
    expect(collectPodFailureDetails(failed(status))).toEqual(expected)
  })
})
