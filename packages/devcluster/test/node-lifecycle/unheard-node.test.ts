import { expect, it } from 'vitest'
import { unheardStatus } from '../../src/node-lifecycle/unheard-node.ts'

const createdAt = '2026-01-01T00:00:00Z'
const now = Date.parse('2026-01-01T00:01:00Z')

it('knows nothing any more of what its kubelet reported, and leaves the rest', () => {
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'm', lastHeartbeatTime: createdAt }
  const other = { type: 'NetworkUnavailable', status: 'False' }
  const never = {
    status: 'Unknown',
    lastHeartbeatTime: createdAt,
    lastTransitionTime: '2026-01-01T00:01:00Z',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
  }
  expect(unheardStatus({ conditions: [ready, other], addresses: [] }, createdAt, now)).toEqual({
    addresses: [],
    conditions: [
      {
        type: 'Ready',
        status: 'Unknown',
        lastHeartbeatTime: createdAt,
        lastTransitionTime: '2026-01-01T00:01:00Z',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
      },
      other,
      { type: 'MemoryPressure', ...never },
      { type: 'DiskPressure', ...never },
      { type: 'PIDPressure', ...never },
    ],
  })
})

it('does not change what is unknown already', () => {
  const once = unheardStatus({}, createdAt, now)
  expect(unheardStatus(once, createdAt, now + 60_000)).toEqual(once)
})
