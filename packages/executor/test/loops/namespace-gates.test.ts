import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { NamespaceGates } from '../../src/loops/namespace-gates.ts'
import { refusalOf } from '../../src/loops/refusal.ts'
import { apiError } from '../support/fake-pods.ts'

const quota = refusalOf(
  apiError(403, 'Forbidden', 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'),
)

function closed() {
  const clock = new FakeClock(0)
  const gates = new NamespaceGates(clock, () => 0)
  gates.sent('n')
  gates.answered('n', quota)
  return { clock, gates }
}

describe('NamespaceGates', () => {
  it('lets everything into a namespace that never refused', () => {
    const gates = new NamespaceGates(new FakeClock(0), () => 0)
    for (let i = 0; i < 100; i++) gates.sent('n')
    expect(gates.isOpen('n')).toBe(true)
    expect(gates.reason('n')).toBeNull()
  })

  it('lets one create through after the backoff, and more as they succeed', async () => {
    const { clock, gates } = closed()
    expect(gates.isOpen('n')).toBe(false)
    expect(gates.isOpen('other')).toBe(true)
    expect(gates.nextOpensAt(['n', 'other'])).toBe(1_000)
    await clock.advance(1_000)
    expect(gates.isOpen('n')).toBe(true)
    gates.sent('n')
    expect(gates.isOpen('n')).toBe(false)
    gates.answered('n', null)
    gates.sent('n')
    expect(gates.isOpen('n')).toBe(true)
    gates.sent('n')
    expect(gates.isOpen('n')).toBe(false)
  })

  it('waits longer each time, and once for creates that were sent together', async () => {
    const { clock, gates } = closed()
    gates.answered('n', quota)
    gates.answered('n', quota)
    expect(gates.nextOpensAt(['n'])).toBe(1_000)
    await clock.advance(1_000)
    gates.sent('n')
    gates.answered('n', quota)
    expect(gates.nextOpensAt(['n'])).toBe(3_000)
  })

  it('asks again at once when a pod of the namespace has ended', () => {
    const { gates } = closed()
    gates.freed('n')
    expect(gates.isOpen('n')).toBe(true)
  })
})
