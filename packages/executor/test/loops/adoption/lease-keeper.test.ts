import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import { LeaseKeeper } from '../../../src/loops/adoption/lease-keeper.ts'
import type { LaunchLeases } from '../../../src/loops/launch-store.ts'
import { RecordedLogger } from '../../support/recorded-logger.ts'
import { RecordedMetrics } from '../../support/recorded-metrics.ts'

/** A keeper of a lease of 30 s, and a store that does what it is told. */
function keeper() {
  const clock = new FakeClock()
  const renewals: number[] = []
  const store = { takenOver: 0, isSilent: false, failures: 0, released: 0, told: 0, toldFailures: 0 }
  const leases: Pick<LaunchLeases, 'renew' | 'release'> = {
    async renew() {
      renewals.push((clock.now() - startedAt) / 1000)
      if (store.isSilent) await new Promise(() => {})
      if (store.failures-- > 0) throw new Error('database is locked')
      return store.takenOver
    },
    async release() {
      if (store.isSilent) await new Promise(() => {})
      store.released += 1
    },
  }
  const startedAt = clock.now()
  const logger = new RecordedLogger()
  const metrics = new RecordedMetrics()
  const lease = new LeaseKeeper({
    leases: leases as LaunchLeases,
    jobId: '7',
    leaseSeconds: 30,
    clock,
    random: () => 0,
    logger,
    metrics,
    onTakenOver: async () => {
      store.told += 1
      if (store.toldFailures-- > 0) throw new Error('database is locked')
    },
  })
  return { lease, clock, store, renewals, metrics, logger }
}

describe('LeaseKeeper', () => {
  it('renews at a third of the lease, and holds it meanwhile', async () => {
    const { lease, clock, renewals, metrics } = keeper()
    expect(lease.isHeld).toBe(false)
    await lease.start()
    expect(lease.isHeld).toBe(true)
    await clock.advance(60_000)
    expect(renewals).toEqual([0, 10, 20, 30, 40, 50, 60])
    expect(lease.isHeld).toBe(true)
    expect(metrics.count('davit_executor.lease_renewals', { result: 'renewed' })).toBe(7)
    await lease.stop({ release: false })
    expect([clock.pendingCount, lease.isHeld]).toEqual([0, false])
  })

  it('does not start without the store', async () => {
    const { lease, store, clock } = keeper()
    store.failures = 1
    await expect(lease.start()).rejects.toThrow('database is locked')
    await lease.stop({ release: true })
    expect([clock.pendingCount, store.released]).toEqual([0, 0])
  })

  it('asks a store that fails again and again, and does not hold a lease that has run out', async () => {
    const { lease, store, clock, metrics } = keeper()
    await lease.start()
    store.failures = 1_000
    await clock.advance(29_999)
    expect(lease.isHeld).toBe(true)
    await clock.advance(1)
    expect(lease.isHeld).toBe(false)
    expect(metrics.count('davit_executor.lease_renewals', { result: 'error' })).toBeGreaterThan(3)
    store.failures = 0
    await clock.advance(5_000)
    expect(lease.isHeld).toBe(true)
    await lease.stop({ release: false })
  })

  it('asks a store that does not answer again', async () => {
    const { lease, store, clock, renewals } = keeper()
    await lease.start()
    store.isSilent = true
    await clock.advance(45_000)
    expect(renewals.length).toBeGreaterThan(2)
    expect(lease.isHeld).toBe(false)
    store.isSilent = false
    await clock.advance(15_000)
    expect(lease.isHeld).toBe(true)
    await lease.stop({ release: false })
    expect(clock.pendingCount).toBe(0)
  })

  it('counts the lease from when its renewal was sent', async () => {
    const { lease, store, clock } = keeper()
    await lease.start()
    store.failures = 1_000
    await clock.advance(9_000)
    store.failures = 0
    await clock.advance(1_000)
    store.failures = 1_000
    await clock.advance(29_999)
    expect(lease.isHeld).toBe(true)
    await clock.advance(1)
    expect(lease.isHeld).toBe(false)
    await lease.stop({ release: false })
  })

  it('tells that launches were taken over, and does not hold the lease before they were let go', async () => {
    const { lease, store, clock, metrics } = keeper()
    store.takenOver = 3
    await lease.start()
    expect(store.told).toBe(0)
    store.takenOver = 5
    store.toldFailures = 1_000
    await clock.advance(40_000)
    expect([store.told > 3, lease.isHeld]).toEqual([true, false])
    store.toldFailures = 0
    await clock.advance(5_000)
    const told = store.told
    await clock.advance(30_000)
    expect([store.told, lease.isHeld]).toEqual([told, true])
    expect(metrics.count('davit_executor.lease_renewals', { result: 'lost' })).toBe(1)
    await lease.stop({ release: false })
  })

  it('does not hold the lease when the clock was set back', async () => {
    const { lease, clock } = keeper()
    await lease.start()
    const now = clock.now.bind(clock)
    clock.now = () => now() - 60_000
    expect(lease.isHeld).toBe(false)
    await lease.stop({ release: false })
  })

  it('ends the lease at once when asked to, and waits 3 s for that', async () => {
    const { lease, store, clock, logger } = keeper()
    await lease.start()
    await lease.stop({ release: true })
    expect(store.released).toBe(1)
    const silent = keeper()
    await silent.lease.start()
    silent.store.isSilent = true
    const stopped = silent.lease.stop({ release: true })
    await silent.clock.advance(3_000)
    await stopped
    expect([clock.pendingCount, silent.clock.pendingCount, logger.lines]).toEqual([0, 0, []])
    expect(silent.logger.lines.map(({ message }) => message)).toEqual(['lease cannot be released: it runs out'])
  })
})
