import { describe, expect, it } from 'vitest'
import type { Pod } from '../../src/kube/types.ts'
import { mainContainerEnd } from '../../src/pods/main-container-end.ts'

const status = (name: string, state: object) => ({ name, image: '', imageID: '', ready: false, restartCount: 0, state })
const pod = (containers: string[], containerStatuses: ReturnType<typeof status>[]): Pod => ({
  spec: { containers: containers.map((name) => ({ name })) },
  status: { phase: 'Failed', containerStatuses },
})

describe('mainContainerEnd', () => {
  it('is the end of the container base, wherever it stands', () => {
    const terminated = {
      exitCode: 0,
      reason: 'Completed',
      message: '{"rows": 3}',
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: '2026-01-01T00:00:05Z',
    }
    const statuses = [status('agent', { terminated: { exitCode: 1 } }), status('base', { terminated })]
    expect(mainContainerEnd(pod(['base', 'agent'], statuses))).toEqual({
      containerName: 'base',
      exitCode: 0,
      reason: 'Completed',
      terminationMessage: '{"rows": 3}',
      startedAt: '2026-01-01T00:00:00Z',
      endedAt: '2026-01-01T00:00:05Z',
      containerCount: 2,
    })
  })

  it.each<[string, object, number | undefined]>([
    ['an exit code', { exitCode: 1 }, undefined],
    ['128', { exitCode: 128 }, undefined],
    ['255', { exitCode: 255 }, undefined],
    ['SIGKILL', { exitCode: 137 }, 9],
    ['SIGTERM', { exitCode: 143 }, 15],
    ['a signal that the runtime names', { exitCode: 0, signal: 6 }, 6],
  ])('knows a signal: %s', (_, terminated, signal) => {
    expect(mainContainerEnd(pod(['base'], [status('base', { terminated })]))?.signal).toBe(signal)
  })

  it.each<[string, Pod]>([
    ['runs', pod(['base'], [status('base', { running: {} })])],
    [
      'waits while another ended',
      pod(['base', 'b'], [status('b', { terminated: { exitCode: 0 } }), status('base', {})]),
    ],
    ['has no status yet', pod(['base', 'b'], [status('b', { terminated: { exitCode: 0 } })])],
    ['is not known', { status: { phase: 'Running' } }],
  ])('is null while it %s', (_, given) => {
    expect(mainContainerEnd(given)).toBeNull()
  })

  it("is the first container's in a pod that was not built here", () => {
    const statuses = [status('a', { terminated: { exitCode: 1 } }), status('main', { terminated: { exitCode: 2 } })]
    expect(mainContainerEnd(pod(['main', 'a'], statuses))?.containerName).toBe('main')
    expect(mainContainerEnd({ status: { containerStatuses: statuses } })?.containerName).toBe('a')
  })

  it('counts containers of all kinds, as the kubelet shares out the room for messages', () => {
    const one = pod(['base', 'b'], [status('base', { terminated: { exitCode: 0 } })])
    const spec = { ...one.spec, containers: one.spec?.containers ?? [], initContainers: [{ name: 'i' }] }
    expect(mainContainerEnd({ ...one, spec })?.containerCount).toBe(3)
    expect(mainContainerEnd({ ...(one.status && { status: one.status }) })?.containerCount).toBe(1)
  })
})
