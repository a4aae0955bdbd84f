import type { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { WorkflowStore } from '../../src/store/workflow-store.ts'

/**
 * Lets time pass until the promise is settled: the clock moves on whenever the store has answered everything. `check`
 * is called between the steps.
 */
export async function advanceUntil<T>(
  promise: Promise<T>,
  { clock, store, check }: { clock: FakeClock; store: WorkflowStore; check?: () => void | Promise<void> },
): Promise<T> {
  let isSettled = false
  const settled = promise.finally(() => {
    isSettled = true
  })
  settled.catch(() => {})
  for (let round = 0; !isSettled; round++) {
    if (round > 20_000) throw new Error('it does not end')
    // The thread answers in order: what was asked before is done after this.
    for (let trip = 0; trip < 3; trip++) await store.activeRuns()
    await check?.()
    if (!isSettled) await clock.advance(100)
  }
  return settled
}
