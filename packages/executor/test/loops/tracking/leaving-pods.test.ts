import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import type { Pod } from '../../../src/kube/types.ts'
import type { LaunchEntry } from '../../../src/loops/launch-entry.ts'
import { newEntry } from '../../../src/loops/launch-entry.ts'
import type { Launch } from '../../../src/loops/launch-store.ts'
import { LeavingPods } from '../../../src/loops/tracking/leaving-pods.ts'
import { type PodRecord, projectPod } from '../../../src/loops/tracking/pod-record.ts'
import { apiError, FakePods } from '../../support/fake-pods.ts'
import { RecordedLogger } from '../../support/recorded-logger.ts'
import { keyOf } from '../../support/start-executor.ts'

const first: Launch = {
  id: '1-1-x',
  key: keyOf('extract'),
  number: 1,
  podName: 'extract-x',
  namespace: 'default',
  uid: 'u1',
}
const record = (more: Pod = {}): PodRecord =>
  projectPod({
    metadata: { name: 'extract-x', namespace: 'default', uid: 'u1', ...more.metadata },
    spec: { containers: [], nodeName: 'node-1' },
    status: { phase: 'Pending', ...more.status },
  })
const changed = (type: 'MODIFIED' | 'DELETED', of: PodRecord) =>
  ({ type, record: of, listed: false, missed: false }) as const

function setup() {
  const clock = new FakeClock()
  const pods = new FakePods()
  const free: string[] = []
  const onFree = ({ key }: LaunchEntry) => free.push(`${key.taskId} ${key.tryNumber}`)
  const leaving = new LeavingPods({ pods, clock, random: () => 0, logger: new RecordedLogger(), onFree })
  const nextTry = (taskId = 'extract') => {
    const key = keyOf(taskId, { tryNumber: 2 })
    const workload = {
      key,
      args: [],
      priority: 1,
      queue: null,
      podOverride: null,
      podTemplateFile: null,
      infrastructureRetries: 0,
      launchNumber: 1,
    }
    return newEntry(workload as never, 1, 'default')
  }
  return { clock, pods, free, leaving, nextTry }
}

describe('LeavingPods', () => {
  it('holds the next try of the same task alone, until the pod is gone', () => {
    const { leaving, free, nextTry } = setup()
    leaving.add(first, record())
    const entry = nextTry()
    expect(leaving.hold(nextTry('other'))).toBe(false)
    expect(leaving.hold(entry)).toBe(true)
    expect(leaving.waitingReason(entry, 0)).toBe(
      'an earlier pod of the task must go first: default/extract-x is being deleted',
    )
    leaving.notice(changed('MODIFIED', record({ status: { phase: 'Running' } })))
    expect(free).toEqual([])
    leaving.notice(changed('DELETED', record()))
    expect(free).toEqual(['extract 2'])
    expect(leaving.waitingReason(entry, 0)).toBeNull()
    expect(leaving.hold(nextTry())).toBe(false)
  })

  it('waits no longer for one that has ended, nor for one that is another executor’s', () => {
    const { leaving, free, nextTry } = setup()
    leaving.add(first, record())
    leaving.hold(nextTry())
    leaving.notice(changed('MODIFIED', record({ status: { phase: 'Failed' } })))
    leaving.add({ ...first, uid: 'u2' }, record())
    leaving.hold(nextTry())
    leaving.forget({ ...first, uid: 'u2' })
    expect(free).toEqual(['extract 2', 'extract 2'])
    leaving.add(first, record({ status: { phase: 'Succeeded' } }))
    expect(leaving.hold(nextTry())).toBe(false)
  })

  it('asks for a pod that no watch tells of, again when the server does not answer, and stops clean', async () => {
    const { leaving, free, nextTry, pods, clock } = setup()
    pods.put({ metadata: { name: 'extract-x', uid: 'u1' }, spec: { containers: [], nodeName: 'node-1' } })
    leaving.add(first, record())
    leaving.hold(nextTry())
    await clock.advance(15_000)
    expect([pods.count('get'), free]).toEqual([1, []])
    pods.remove('extract-x')
    pods.fault({ verb: 'get', error: apiError(500, 'InternalError', 'etcd is away') })
    await clock.advance(16_000)
    expect(free).toEqual(['extract 2'])
    expect(clock.pendingCount).toBe(0)

    leaving.add(first, record())
    leaving.hold(nextTry())
    await leaving.stop()
    expect(clock.pendingCount).toBe(0)
  })
})
