import { describe, expect, it } from 'vitest'
import { nodeTaints } from '../../src/node-lifecycle/node-taints.ts'
import type { Node, Taint } from '../../src/types.ts'

const now = Date.parse('2026-01-01T00:00:00Z')
const timeAdded = '2026-01-01T00:00:00Z'
const mine: Taint = { key: 'mine', effect: 'NoExecute', value: 'x' }

function node(
  conditions: Readonly<Record<string, string>>,
  taints: readonly Taint[] = [],
  unschedulable = false,
): Node {
  return {
    spec: { taints: [...taints], unschedulable },
    status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
  }
}

const own = (key: string, effect: string): Taint => ({ key: `node.kubernetes.io/${key}`, effect, timeAdded })

describe('nodeTaints', () => {
  it.each<readonly [conditions: Record<string, string>, keys: string[]]>([
    [{ Ready: 'False' }, ['not-ready:NoSchedule', 'not-ready:NoExecute']],
    [{ Ready: 'Unknown', MemoryPressure: 'Unknown' }, ['unreachable:NoSchedule', 'unreachable:NoExecute']],
    [{ Ready: 'True', MemoryPressure: 'True' }, ['memory-pressure:NoSchedule']],
    [{ DiskPressure: 'True', PIDPressure: 'True' }, ['disk-pressure:NoSchedule', 'pid-pressure:NoSchedule']],
    [{ NetworkUnavailable: 'True' }, ['network-unavailable:NoSchedule']],
  ])('of %j: %j', (conditions, expected) => {
    expect(nodeTaints(node(conditions, [mine]), now)).toEqual([
      mine,
      ...expected.map((text) => own(text.split(':')[0] ?? '', text.split(':')[1] ?? '')),
    ])
  })

  it('are left alone when they are what they should be', () => {
    expect(nodeTaints(node({ Ready: 'True' }), now)).toBeNull()
    expect(nodeTaints({}, now)).toBeNull()
    const tainted = [own('not-ready', 'NoSchedule'), mine, own('not-ready', 'NoExecute')]
    expect(nodeTaints(node({ Ready: 'False' }, tainted), now + 9_000)).toBeNull()
  })

  it('are taken back with what they stood for, and swapped with it', () => {
    const tainted = [own('not-ready', 'NoSchedule'), mine, own('not-ready', 'NoExecute')]
    expect(nodeTaints(node({ Ready: 'True' }, tainted), now)).toEqual([mine])
    expect(nodeTaints(node({ Ready: 'Unknown' }, tainted), now)).toEqual([
      mine,
      own('unreachable', 'NoSchedule'),
      own('unreachable', 'NoExecute'),
    ])
  })

  it('say that a node was cordoned', () => {
    expect(nodeTaints(node({ Ready: 'True' }, [], true), now)).toEqual([own('unschedulable', 'NoSchedule')])
  })
})
