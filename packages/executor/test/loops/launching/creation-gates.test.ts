import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import { CreationGates, EVERYWHERE } from '../../../src/loops/launching/creation-gates.ts'
import { refusalOf } from '../../../src/loops/launching/refusal.ts'
import { apiError } from '../../support/fake-pods.ts'

const quota = refusalOf(
  apiError(403, 'Forbidden', 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'),
)
const busy = refusalOf(apiError(429, 'TooManyRequests', 'busy', { retryAfterMs: 7_000 }))

function closed(refusal = quota) {
  const clock = new FakeClock(0)
  const gates = new CreationGates(clock, () => 0)
  gates.enter('n')(refusal)
  return { clock, gates }
}

describe('CreationGates', () => {
  it('let everything through where nothing was refused', () => {
    const gates = new CreationGates(new FakeClock(0), () => 0)
    for (let i = 0; i < 100; i++) gates.enter('n')
    expect(gates.isOpen('n')).toBe(true)
    expect(gates.reason('n')).toBeNull()
  })

  it('tells of an opening that falls due while it is asked, or nobody would wake for it', async () => {
    const { clock, gates } = closed()
    const lookedAt = clock.now() + 999
    await clock.advance(1_000)
    expect(gates.nextOpensAt(['n'], lookedAt)).toBe(1_000)
  })

  it('let one create through after the backoff, and more as they succeed', async () => {
    const { clock, gates } = closed()
    expect(gates.isOpen('n')).toBe(false)
    expect([gates.isOpen('other'), gates.isOpen(EVERYWHERE)]).toEqual([true, true])
    expect(gates.nextOpensAt(['n', 'other'], clock.now())).toBe(1_000)
    await clock.advance(1_000)
    expect(gates.isOpen('n')).toBe(true)
    const leave = gates.enter('n')
    expect(gates.isOpen('n')).toBe(false)
    leave('passed')
    gates.enter('n')
    expect(gates.isOpen('n')).toBe(true)
    gates.enter('n')
    expect(gates.isOpen('n')).toBe(false)
  })

  it('are open again once many have succeeded', async () => {
    const { clock, gates } = closed()
    await clock.advance(1_000)
    for (let success = 0; success < 7; success++) gates.enter('n')('passed')
    expect(gates.reason('n')).toBeNull()
  })

  it('wait longer each time, and once for creates that were sent together', async () => {
    const clock = new FakeClock(0)
    const gates = new CreationGates(clock, () => 0)
    for (const leave of [gates.enter('n'), gates.enter('n'), gates.enter('n')]) leave(quota)
    expect(gates.nextOpensAt(['n'], clock.now())).toBe(1_000)
    await clock.advance(1_000)
    gates.enter('n')(quota)
    expect(gates.nextOpensAt(['n'], clock.now())).toBe(3_000)
  })

  it('learn nothing from what was sent before they closed, nor from what was not sent', async () => {
    const clock = new FakeClock(0)
    const gates = new CreationGates(clock, () => 0)
    const early = gates.enter('n')
    gates.enter('n')(quota)
    early('passed')
    await clock.advance(1_000)
    gates.enter('n')('unclear')
    gates.enter('n')
    expect(gates.isOpen('n')).toBe(false)
  })

  it('a used-up quota: one create for each pod that ended, a moment later', async () => {
    const { clock, gates } = closed()
    gates.freed('n')
    gates.freed('n')
    expect([gates.isOpen('n'), gates.nextOpensAt(['n'], clock.now())]).toEqual([false, 100])
    await clock.advance(100)
    for (let room = 0; room < 2; room++) {
      expect(gates.isOpen('n')).toBe(true)
      gates.enter('n')('passed')
    }
    expect(gates.isOpen('n')).toBe(false)
  })

  it('a used-up quota: room that was not there yet is asked for again, each time after a longer moment', async () => {
    const { clock, gates } = closed()
    gates.freed('n')
    for (const at of [100, 250, 475]) {
      expect(gates.nextOpensAt(['n'], clock.now())).toBe(at)
      await clock.advance(at - clock.now())
      gates.enter('n')(quota)
    }
  })

  it('a used-up quota: room that somebody else has got is left to the probes in the end', async () => {
    const { clock, gates } = closed()
    gates.freed('n')
    let refused = 0
    for (; clock.now() < 20_000; refused += 1) {
      await clock.advance((gates.nextOpensAt(['n'], clock.now()) ?? clock.now()) - clock.now())
      gates.enter('n')(quota)
    }
    expect(refused).toBeLessThan(14)
    expect((gates.nextOpensAt(['n'], clock.now()) ?? 0) - clock.now()).toBeGreaterThan(10_000)
  })

  it('a used-up quota: of much room that is not there yet a create or two are sent in vain, and the rest waits', async () => {
    const { clock, gates } = closed()
    for (let end = 0; end < 50; end++) gates.freed('n')
    await clock.advance(100)
    const leave = gates.enter('n')
    expect(gates.isOpen('n')).toBe(false)
    leave(quota)
    expect([gates.isOpen('n'), gates.nextOpensAt(['n'], clock.now())]).toEqual([false, 250])
  })

  it('a used-up quota: more at a time, the more got their room in a row', async () => {
    const { clock, gates } = closed()
    for (let end = 0; end < 50; end++) gates.freed('n')
    await clock.advance(100)
    for (let pass = 0; pass < 16; pass++) gates.enter('n')('passed')
    const under = [gates.enter('n'), gates.enter('n')]
    expect(gates.isOpen('n')).toBe(true)
    under.push(gates.enter('n'))
    expect(gates.isOpen('n')).toBe(false)
    for (const leave of under) leave(quota)
    // Sent together, they are one sign that it was too early.
    expect(gates.nextOpensAt(['n'], clock.now())).toBe(250)
  })

  it('a used-up quota: a probe that got what an ended pod left does not open the gate', async () => {
    const { clock, gates } = closed()
    await clock.advance(950)
    for (let end = 0; end < 9; end++) gates.freed('n')
    await clock.advance(50)
    gates.enter('n')('passed')
    expect([gates.isOpen('n'), gates.nextOpensAt(['n'], clock.now())]).toEqual([false, 1_050])
  })

  it('an end opens no gate that another cause closed', () => {
    const { clock, gates } = closed(busy)
    gates.freed('n')
    expect(gates.nextOpensAt(['n'], clock.now())).toBe(7_000)
  })

  it('another cause closes the gate anew', async () => {
    const { clock, gates } = closed()
    await clock.advance(1_000)
    gates.enter('n')(busy)
    expect(gates.reason('n')).toMatchObject({ refusal: { cause: 'too-many-requests' }, opensAt: 8_000 })
  })

  /** The quota of the refusal has so much room. */
  const quotas = (room: number) => new Map([['q', { hard: { pods: '50' }, used: { pods: String(50 - room) } }]])

  it('a used-up quota whose count is known: a create the moment that the room which a pod left is counted', () => {
    const { clock, gates } = closed()
    gates.told('n', quotas(0))
    gates.freed('n')
    // The next probe would be for a pod that wants less.
    expect([gates.isOpen('n'), gates.nextOpensAt(['n'], clock.now())]).toEqual([false, 30_000])
    gates.told('n', quotas(1))
    expect(gates.isOpen('n')).toBe(true)
    gates.enter('n')('passed')
    expect(gates.isOpen('n')).toBe(false)
  })

  it('a used-up quota whose count is known: room that no pod of ours left is probed after a second', async () => {
    const { clock, gates } = closed()
    gates.told('n', quotas(0))
    gates.told('n', quotas(3))
    expect([gates.isOpen('n'), gates.nextOpensAt(['n'], clock.now())]).toEqual([false, 1_000])
    await clock.advance(1_000)
    gates.enter('n')('passed')
    const leave = gates.enter('n')
    gates.enter('n')
    // The third would be the fourth of three.
    expect(gates.isOpen('n')).toBe(false)
    leave(quota)
    gates.told('n', quotas(2))
    expect(gates.nextOpensAt(['n'], clock.now())).toBe(2_000)
  })

  it('a used-up quota whose count is known: room that shows for a moment and that no pod of ours left is not probed', async () => {
    const { clock, gates } = closed()
    gates.told('n', quotas(0))
    for (let moment = 0; moment < 10; moment++) {
      gates.told('n', quotas(20))
      await clock.advance(900)
      expect(gates.isOpen('n')).toBe(false)
      gates.told('n', quotas(0))
    }
  })

  it('a used-up quota whose count is known: one probe in 30 s while it shows no room', async () => {
    const { clock, gates } = closed()
    let probes = 0
    for (; clock.now() < 300_000; probes += 1) {
      gates.told('n', quotas(0))
      await clock.advance((gates.nextOpensAt(['n'], clock.now()) ?? clock.now()) - clock.now())
      gates.enter('n')(quota)
    }
    expect(probes).toBeLessThanOrEqual(11)
  })

  it('a used-up quota whose count is known no more: its room is guessed again', async () => {
    const { clock, gates } = closed()
    gates.told('n', quotas(0))
    gates.freed('n')
    gates.told('n', null)
    await clock.advance(100)
    expect(gates.isOpen('n')).toBe(true)
  })

  it('a used-up quota: the count is that of the quota which refused last', async () => {
    const { clock, gates } = closed()
    const both = (q: string, p: string) =>
      new Map([
        ['q', { hard: { pods: '50' }, used: { pods: q } }],
        ['p', { hard: { pods: '9' }, used: { pods: p } }],
      ])
    gates.freed('n')
    gates.told('n', both('49', '9'))
    gates.enter('n')(
      refusalOf(apiError(403, 'Forbidden', 'exceeded quota: p, requested: pods=1, used: pods=9, limited: pods=9')),
    )
    await clock.advance(100)
    expect(gates.isOpen('n')).toBe(false)
    gates.told('n', both('49', '8'))
    expect(gates.isOpen('n')).toBe(true)
  })

  it('a used-up quota: a gate that closes anew knows the count that is known already', () => {
    const clock = new FakeClock(0)
    const gates = new CreationGates(
      clock,
      () => 0,
      () => quotas(0),
    )
    gates.enter('n')(quota)
    expect(gates.nextOpensAt(['n'], clock.now())).toBe(30_000)
    expect([...gates.outOfQuota()]).toEqual(['n'])
  })
})
