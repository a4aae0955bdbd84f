import { eventually } from './eventually.ts'
import type { ExecutorRun } from './executor-run.ts'

/** Waits until an executor has listed all again so many more times. */
export async function untilRelists({ executor }: ExecutorRun, times: number): Promise<void> {
  const relists = () => executor.state.watches.reduce((sum, watch) => sum + watch.relists, 0)
  const before = relists()
  await eventually(() => relists() >= before + times)
}
