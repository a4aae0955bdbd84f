import { SteppedClock } from './stepped-clock.ts'

/**
 * A clock that stands still until told: `advance` runs the calls that fall due, in order, and lets promises settle
 * between them.
 */
export class FakeClock extends SteppedClock {
  async advance(ms: number): Promise<void> {
    const end = super.now() + ms
    await settle()
    while (this.callNext(end)) await settle()
    this.moveTo(end)
  }
}

/** Lets everything that is ready run: promises, and what the event loop has at hand. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
