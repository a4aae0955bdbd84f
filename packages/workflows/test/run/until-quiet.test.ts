import { expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { untilQuiet } from '../../src/run/until-quiet.ts'

const never = new Promise<void>(() => {})

/** An executor that answers for so many launches, until it says otherwise. */
function executorWith(launches: number, settled: () => Promise<void> = async () => {}) {
  const running = { size: launches }
  let tell = () => {}
  return {
    parts: {
      running,
      settled,
      getEventBuffer: () => new Map(),
      onActivity(listener: () => void) {
        tell = listener
        return () => {}
      },
    },
    end() {
      running.size = 0
      tell()
    },
  }
}

/** Whether the promise is settled once the clock has moved on. */
async function isSettledAfter(clock: FakeClock, ms: number, promise: Promise<void>): Promise<boolean> {
  let isSettled = false
  void promise.then(() => {
    isSettled = true
  })
  await clock.advance(ms)
  return isSettled
}

it('waits for the last launch, and for what is under way', async () => {
  const clock = new FakeClock()
  const settled = Promise.withResolvers<void>()
  const { parts, end } = executorWith(1, () => settled.promise)
  const quiet = untilQuiet(parts, clock)
  expect(await isSettledAfter(clock, 1_000, quiet)).toBe(false)
  end()
  expect(await isSettledAfter(clock, 1_000, quiet)).toBe(false)
  settled.resolve()
  await quiet
})

it('waits no longer than its time, whatever does not end', async () => {
  const clock = new FakeClock()
  expect(await isSettledAfter(clock, 40_000, untilQuiet(executorWith(1).parts, clock))).toBe(true)
  // An executor whose list is refused has never seen its pods, and is never settled.
  expect(await isSettledAfter(clock, 40_000, untilQuiet(executorWith(0, () => never).parts, clock))).toBe(true)
})
