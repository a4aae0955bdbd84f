import { describe, expect, it } from 'vitest'
import {
  type CreationLimit,
  creationRoom,
  initialCreationLimit,
  nextCreationLimit,
  refusesMost,
} from '../../../src/loops/launching/creation-limit.ts'
import { randomOf } from '../../support/random-of.ts'

const LATENCY_MS = 20

/** Takes or refuses a create, given how many it has at that moment. */
type Server = (busy: number) => boolean

interface Played {
  readonly state: CreationLimit
  /** Of the creates since the warm-up. */
  readonly refusedShare: number
  /** How many were in flight on average, again since then. */
  readonly meanInFlight: number
  /** How often the server seemed to want none at all. */
  readonly closings: number
}

interface Flight {
  readonly endsAt: number
  readonly isTaken: boolean
  readonly inFlight: number
  readonly sentAtChanges: number
}

/** Lets an executor that has always more to launch create at a server; a refusal is answered in a tenth of the time. */
function play(server: Server, { warmUp, creates }: { warmUp: number; creates: number }, random = () => 0.5): Played {
  let state = initialCreationLimit(64)
  const flights: Flight[] = []
  let now = 0
  let [refused, busySince, answered, closings] = [0, 0, 0, 0]
  let area = 0
  while (answered < warmUp + creates) {
    while (flights.length < creationRoom(state)) {
      const isTaken = server(flights.filter((flight) => flight.isTaken).length)
      const tookMs = (isTaken ? LATENCY_MS : LATENCY_MS / 10) * (0.9 + 0.2 * random())
      flights.push({ endsAt: now + tookMs, isTaken, inFlight: flights.length + 1, sentAtChanges: state.changes })
    }
    flights.sort((a, b) => a.endsAt - b.endsAt)
    const flight = flights.shift()
    if (!flight) break
    if (answered >= warmUp) area += (flights.length + 1) * (flight.endsAt - now)
    else busySince = flight.endsAt
    now = flight.endsAt
    answered += 1
    if (answered > warmUp && !flight.isTaken) refused += 1
    const { inFlight, sentAtChanges } = flight
    state = nextCreationLimit(
      state,
      flight.isTaken
        ? { kind: 'answered', latencyMs: LATENCY_MS, wasFull: true, sentAtChanges }
        : { kind: 'refused', inFlight, sentAtChanges },
    )
    if (!flight.isTaken && refusesMost(state)) closings += 1
  }
  return { state, refusedShare: refused / creates, meanInFlight: area / (now - busySince), closings }
}

describe('the creation limit before a server that refuses what is too much at a time', () => {
  it.each([4, 12, 40])('stays below %i in flight, and asks in vain for at most 5 % of the creates', (seats) => {
    const { meanInFlight, refusedShare } = play((busy) => busy < seats, { warmUp: 600, creates: 5_000 })
    expect(meanInFlight).toBeGreaterThan(0.9 * (seats - 1))
    expect(meanInFlight).toBeLessThanOrEqual(seats + 1)
    expect(refusedShare).toBeLessThanOrEqual(0.05)
  })

  // One more or less at a time: what comes and goes beside the creates has its share.
  const uneven =
    (seats: number, random: () => number): Server =>
    (busy) =>
      busy < seats - (random() < 0.2 ? 1 : 0)

  it.each([4, 12, 40])('finds out about %i within a few hundred creates', (seats) => {
    const random = randomOf(seats)
    const { meanInFlight, refusedShare } = play(uneven(seats, random), { warmUp: 0, creates: 2_000 }, random)
    expect(meanInFlight).toBeGreaterThan(0.8 * (seats - 1))
    expect(refusedShare).toBeLessThanOrEqual(0.05)
  })

  it.each([12, 40])('does not take one that takes %i for one that wants none', (seats) => {
    const random = randomOf(seats)
    expect(play(uneven(seats, random), { warmUp: 0, creates: 5_000 }, random).closings).toBe(0)
  })

  it('finds the room that comes later', () => {
    let seats = 6
    const { state } = play(
      (busy) => {
        seats += 1 / 50
        return busy < seats
      },
      { warmUp: 0, creates: 20_000 },
    )
    expect(state.limit).toBe(64)
  })
})

describe('the creation limit before a front that refuses a share of all creates', () => {
  it.each([0.1, 0.2, 0.3])('is not slower for a share of %d', (share) => {
    const random = randomOf(7)
    const { meanInFlight } = play(() => random() >= share, { warmUp: 600, creates: 10_000 }, random)
    expect(meanInFlight).toBeGreaterThan(55)
  })

  it.each(Array.from({ length: 10 }, (_, index) => index + 1))(
    'is not slow for long, whatever chance makes of it (%i)',
    (seed) => {
      const random = randomOf(seed)
      const { meanInFlight } = play(() => random() >= 0.2, { warmUp: 0, creates: 3_000 }, random)
      expect(meanInFlight).toBeGreaterThan(20)
    },
  )

  it('notices that the server behind it has become too busy as well', () => {
    const random = randomOf(7)
    let seats = 64
    const isTaken = (busy: number) => random() >= 0.2 && busy < seats
    const server: Server = (busy) => {
      seats = Math.max(10, seats - 0.01)
      return isTaken(busy)
    }
    const { state } = play(server, { warmUp: 600, creates: 12_000 }, random)
    expect(state.limit).toBeLessThan(20)
  })
})

describe('refusesMost', () => {
  const signals = {
    taken: { kind: 'answered', latencyMs: 1, wasFull: false, sentAtChanges: 99 },
    refused: { kind: 'refused', inFlight: 1, sentAtChanges: 99 },
    refusedInBurst: { kind: 'refused', inFlight: 16, sentAtChanges: 99 },
  } as const
  const after = (...names: (keyof typeof signals)[]) =>
    refusesMost(names.reduce((state, name) => nextCreationLimit(state, signals[name]), initialCreationLimit(64)))

  it('is true for a server whose first answer is a refusal', () => {
    expect(after('refused')).toBe(true)
  })

  it('is true for one that refuses a second create after a burst', () => {
    expect(after('refusedInBurst')).toBe(false)
    expect(after('refusedInBurst', 'refused')).toBe(true)
  })

  it('is false while some of the creates are refused', () => {
    expect(after('taken', 'refused', 'refused', 'taken', 'refused')).toBe(false)
  })

  it('is true again after a dozen refusals in a row', () => {
    expect(after('taken', ...Array.from({ length: 12 }, () => 'refused' as const))).toBe(true)
  })
})
