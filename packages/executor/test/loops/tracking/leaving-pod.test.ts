import { describe, expect, it } from 'vitest'
import type { Pod } from '../../../src/kube/types.ts'
import { leavingReason, willNeverRun } from '../../../src/loops/tracking/leaving-pod.ts'
import { projectPod } from '../../../src/loops/tracking/pod-record.ts'

const deletionTimestamp = '2026-01-01T00:00:30Z'
const until = Date.parse(deletionTimestamp)
const pod = (more: Pod = {}): Pod => ({
  metadata: { namespace: 'a', name: 'x', uid: '1', deletionTimestamp, ...more.metadata },
  spec: { containers: [{ name: 'base' }], ...more.spec },
  status: { phase: 'Running', ...more.status },
})
const reason = (of: Pod, now: number) => leavingReason(projectPod(of), now)

describe('leavingReason', () => {
  it('is none for a pod that stays', () => {
    expect(reason({ metadata: { namespace: 'a', name: 'x' } }, until)).toBeNull()
  })

  it('says until when a pod may take', () => {
    expect(reason(pod(), until)).toBe('its pod a/x is being deleted, until 2026-01-01T00:00:30Z at the latest')
  })

  it('P13: names the node that does not answer, why nothing is launched, and what helps', () => {
    const said = reason(pod({ spec: { containers: [], nodeName: 'node-1' } }), until + 30_000)
    expect(said).toContain(
      'node node-1 does not confirm it: the pod may still run there, so that nothing is launched in its place',
    )
    expect(said).toContain('kubectl taint nodes node-1 node.kubernetes.io/out-of-service=nodeshutdown:NoExecute')
    expect(said).toContain('kubectl delete pod -n a x --grace-period=0 --force')
  })

  it('P13: names the finalizer that keeps a pod which cannot run', () => {
    const said = reason(pod({ metadata: { finalizers: ['example.com/x'] } }), until + 30_000)
    expect(said).toContain('the finalizer example.com/x keeps it')
    const running = pod({ metadata: { finalizers: ['example.com/x'] }, spec: { containers: [], nodeName: 'node-1' } })
    expect(reason(running, until + 30_000)).toContain('node node-1 does not confirm it')
  })
})

it.for([
  ['without a node', pod({ status: { phase: 'Pending' } }), true],
  ['on a node', pod({ spec: { containers: [], nodeName: 'node-1' }, status: { phase: 'Pending' } }), false],
  ['not being deleted', { metadata: { name: 'x' }, status: { phase: 'Pending' } }, false],
] as const)('willNeverRun: a pending pod %s', ([, of, expected]) => {
  expect(willNeverRun(of)).toBe(expected)
})
