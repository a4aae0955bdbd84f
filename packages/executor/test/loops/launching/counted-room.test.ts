import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import { CountedRoom } from '../../../src/loops/launching/counted-room.ts'
import { refusalOf } from '../../../src/loops/launching/refusal.ts'
import { apiError } from '../../support/fake-pods.ts'

const refusal = refusalOf(
  apiError(403, 'Forbidden', 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'),
)

/** A full quota of which so many pods of ours have ended, and that shows so much room. */
function roomAfter({ ends, told }: { ends: number; told: number | null }) {
  const clock = new FakeClock(0)
  const room = new CountedRoom(clock)
  room.told(0)
  for (let end = 0; end < ends; end++) room.ended()
  room.told(told)
  return { clock, room, isReady: () => room.isReady(clock.now()) }
}

/** Sends creates for as long as there is room. */
function sendAll({ room, isReady }: ReturnType<typeof roomAfter>): number[] {
  const sent: number[] = []
  while (isReady()) sent.push(room.enter())
  return sent
}

describe('CountedRoom', () => {
  it('is there only when the quota and the pods that have ended both say so', () => {
    const ready = (ends: number, told: number | null) => roomAfter({ ends, told }).isReady()
    expect([ready(1, 1), ready(0, 5), ready(5, 0), ready(5, -2), ready(5, null)]).toEqual([
      true,
      false,
      false,
      false,
      false,
    ])
  })

  it('is tried by one create when it shows anew, and then used by all that fit', () => {
    const played = roomAfter({ ends: 9, told: 5 })
    const [first = -1, ...others] = sendAll(played)
    expect([first, others]).toEqual([1, []])
    played.room.leave(first, 'passed')
    expect(sendAll(played)).toHaveLength(4)
    expect(played.room.left).toBe(0)
  })

  it('was proved by no create that was sent before it showed anew', () => {
    const played = roomAfter({ ends: 9, told: 5 })
    const [first = -1] = sendAll(played)
    played.room.told(0)
    played.room.leave(first, 'passed')
    played.room.told(5)
    expect(sendAll(played)).toHaveLength(1)
  })

  it('is doubted for longer each time that it was not there, once for those that were sent together', async () => {
    const played = roomAfter({ ends: 9, told: 9 })
    const { room, clock } = played
    for (const epoch of sendAll(played)) room.leave(epoch, 'passed')
    const together = sendAll(played)
    expect(together.length).toBeGreaterThan(2)
    for (const epoch of together) room.leave(epoch, refusal)
    expect(room.readyAt).toBe(25)
    await clock.advance(25)
    const again = sendAll(played)
    expect(again).toHaveLength(1)
    for (const epoch of again) room.leave(epoch, refusal)
    expect(room.readyAt).toBe(25 + 50)
    await clock.advance(50)
    for (const epoch of sendAll(played)) room.leave(epoch, 'passed')
    for (const epoch of sendAll(played).slice(0, 1)) room.leave(epoch, refusal)
    // Half of the 100 that would have followed.
    expect(room.readyAt).toBe(75 + 50)
  })

  it('comes back from a create that was not sent', () => {
    const played = roomAfter({ ends: 1, told: 1 })
    for (const epoch of sendAll(played)) played.room.leave(epoch, 'unclear')
    expect(played.isReady()).toBe(true)
  })

  it('was left by somebody else as far as it is more than ours have left', () => {
    const hasMore = (ends: number, told: number) => roomAfter({ ends, told }).room.hasMore
    expect([hasMore(0, 1), hasMore(3, 3), hasMore(3, 4), hasMore(0, 0)]).toEqual([true, false, true, false])
  })

  it('is not there for pods that ended in the place of others that were too many', () => {
    const played = roomAfter({ ends: 0, told: 3 })
    for (let create = 0; create < 3; create++) played.room.leave(played.room.enter(), 'passed')
    played.room.told(-3)
    for (let end = 0; end < 3; end++) played.room.ended()
    played.room.told(3)
    expect(played.isReady()).toBe(false)
  })

  it('that others left and we took counts as ours, one more each time that the quota is full', () => {
    const played = roomAfter({ ends: 0, told: 2 })
    for (let create = 0; create < 2; create++) played.room.leave(played.room.enter(), 'passed')
    for (let full = 0; full < 2; full++) played.room.told(0)
    played.room.ended()
    played.room.told(1)
    expect(played.isReady()).toBe(true)
  })
})
