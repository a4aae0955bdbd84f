import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import { PodEvents } from '../../../src/loops/tracking/pod-events.ts'
import { FakeEvents } from '../../support/fake-events.ts'
import { apiError, connectionError } from '../../support/fake-pods.ts'
import { RecordedLogger } from '../../support/recorded-logger.ts'

const forbidden = 'events is forbidden: User "davit" cannot list resource "events" in API group "" in the namespace "a"'
const pod = (name: string, namespace = 'a') => ({ namespace, name, uid: `uid of ${name}` })

function setup() {
  const clock = new FakeClock()
  const events = new FakeEvents()
  const logger = new RecordedLogger()
  return { clock, events, logger, podEvents: new PodEvents({ events, clock, logger }) }
}

describe('PodEvents', () => {
  it('asks at most four at a time, five a second, ends before pending pods', async () => {
    const { clock, events, podEvents } = setup()
    const gate = Promise.withResolvers<void>()
    events.gate = gate.promise
    for (let index = 0; index < 6; index++) void podEvents.about(pod(`pending-${index}`), 'pending')
    void podEvents.about(pod('end'), 'end')
    await clock.advance(0)
    expect(events.asked).toEqual(['pending-0'])
    await clock.advance(200)
    expect(events.asked).toEqual(['pending-0', 'end'])
    await clock.advance(2_000)
    expect(events.asked).toEqual(['pending-0', 'end', 'pending-1', 'pending-2'])
    gate.resolve()
    await clock.advance(1_000)
    expect(events.asked).toHaveLength(7)
    await podEvents.stop()
  })

  it('turns pending pods away when many wait, and never an end', async () => {
    const { clock, events, podEvents } = setup()
    const answers = Array.from({ length: 1_000 }, (_, index) => podEvents.about(pod(`p${index}`), 'pending'))
    const end = podEvents.about(pod('end'), 'end')
    events.byPod.set('end', [{ reason: 'Evicted' }])
    await clock.advance(400)
    expect(await end).toEqual([{ reason: 'Evicted' }])
    await clock.advance(60_000)
    await Promise.all(answers)
    expect(events.asked.length).toBeLessThan(70)
    await podEvents.stop()
  })

  it('does not hold up an end for more than five seconds', async () => {
    const { clock, events, podEvents } = setup()
    events.gate = new Promise(() => {})
    for (let index = 0; index < 4; index++) void podEvents.about(pod(`hangs-${index}`), 'pending')
    await clock.advance(800)
    const end = podEvents.about(pod('end'), 'end')
    await clock.advance(5_000)
    expect(await end).toEqual([])
  })

  it('says once that it may not, says it of this namespace alone, and asks again after five minutes', async () => {
    const { clock, events, logger, podEvents } = setup()
    events.error = apiError(403, 'Forbidden', forbidden)
    expect(await podEvents.about(pod('one'), 'end')).toEqual([])
    expect(podEvents.missingPermission('a')).toContain('cannot list resource "events"')
    expect(podEvents.canAsk('a')).toBe(false)
    expect(await podEvents.about(pod('two'), 'end')).toEqual([])
    expect(events.asked).toEqual(['one'])
    expect(podEvents.canAsk('b')).toBe(true)
    await clock.advance(300_000)
    await podEvents.about(pod('three'), 'end')
    expect(events.asked).toEqual(['one', 'three'])
    expect(logger.lines.filter(({ message }) => message.startsWith('events may not be read'))).toHaveLength(1)
    events.error = null
    await clock.advance(300_000)
    await podEvents.about(pod('four'), 'end')
    expect(podEvents.missingPermission('a')).toBeNull()
    await podEvents.stop()
  })

  it('answers with none when the server does not, and when it is stopped', async () => {
    const { events, clock, podEvents } = setup()
    events.error = connectionError('reset')
    expect(await podEvents.about(pod('one'), 'end')).toEqual([])
    const waiting = podEvents.about(pod('two'), 'pending')
    await podEvents.stop()
    expect(await waiting).toEqual([])
    expect(await podEvents.about(pod('three'), 'end')).toEqual([])
    expect(clock.pendingCount).toBe(0)
  })
})
