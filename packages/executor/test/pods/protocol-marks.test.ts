import { describe, expect, it } from 'vitest'
import type { Pod } from '../../src/kube/types.ts'
import { hasLaunchGate, hasOutcomeFinalizer, withProtocolMarks } from '../../src/pods/protocol-marks.ts'
import { frozen } from '../support/frozen.ts'

const pod: Pod = frozen({
  metadata: { name: 'p', finalizers: ['davit/outcome', 'x.y/theirs'] },
  spec: { containers: [], schedulingGates: [{ name: 'davit/launch' }, { name: 'x.y/theirs' }] },
})
const both = { outcomeFinalizer: true, launchGate: true }
const none = { outcomeFinalizer: false, launchGate: false }

describe('withProtocolMarks', () => {
  it('has our marks behind those of others, once', () => {
    const marked = withProtocolMarks(pod, both)
    expect(marked.metadata?.finalizers).toEqual(['x.y/theirs', 'davit/outcome'])
    expect(marked.spec?.schedulingGates).toEqual([{ name: 'x.y/theirs' }, { name: 'davit/launch' }])
    expect(withProtocolMarks(marked, both)).toEqual(marked)
    expect([hasOutcomeFinalizer(marked), hasLaunchGate(marked)]).toEqual([true, true])
  })

  it('takes off those of ours that somebody else has set', () => {
    const plain = withProtocolMarks(pod, none)
    expect([plain.metadata?.finalizers, plain.spec?.schedulingGates]).toEqual([
      ['x.y/theirs'],
      [{ name: 'x.y/theirs' }],
    ])
    expect([hasOutcomeFinalizer(plain), hasLaunchGate(plain)]).toEqual([false, false])
  })

  it('leaves no empty lists behind', () => {
    const bare: Pod = { metadata: { finalizers: ['davit/outcome'] }, spec: { containers: [] } }
    expect(withProtocolMarks(bare, none)).toEqual({ metadata: {}, spec: { containers: [] } })
  })
})
