import type { Clock, Timer } from '@davit/executor'
import type { Scheduler } from '../scheduler/scheduler.ts'
import type { DagRunRow, WorkflowStore } from '../store/workflow-store.ts'
import { inFileOrder } from './in-file-order.ts'
import type { Progress } from './progress.ts'

/** Frames follow each other no faster than this. */
const FRAME_MS = 150
/** Durations grow, and reasons to wait change, also when nothing happens in the store. */
const QUIET_MS = 1_000

/** Shows a run whenever the store tells of a change. Resolves when `stop` is called and the last frame is shown. */
export function showProgress(parts: {
  readonly store: WorkflowStore
  readonly scheduler: Pick<Scheduler, 'waitingReason'>
  readonly run: DagRunRow
  readonly progress: Progress
  readonly clock: Clock
}): { stop(): Promise<void> } {
  const { store, scheduler, run, progress, clock } = parts
  const startedMs = clock.now()
  let timer: Timer | null = null
  let showing: Promise<void> = Promise.resolve()
  let stopped = false

  const show = async () => {
    // A store that fails ends the run by the scheduler's error; here it only means that there is nothing to show.
    const rows = await store.taskInstances(run.dagId, run.runId).catch(() => null)
    if (!rows) return
    const instances = inFileOrder(run.spec, rows)
    const frame = {
      title: `${run.dagId} ${run.runId}`,
      instances,
      waitingReason: scheduler.waitingReason.bind(scheduler),
      nowMs: clock.now(),
    }
    progress.show(frame, clock.now() - startedMs)
  }
  const showIn = (delayMs: number) => {
    timer?.cancel()
    timer = clock.setTimeout(() => {
      timer = null
      showing = show()
      void showing.then(() => stopped || timer || showIn(QUIET_MS))
    }, delayMs)
  }

  let lastChange = Number.NEGATIVE_INFINITY
  const unsubscribe = store.onChange(() => {
    if (stopped || clock.now() - lastChange < FRAME_MS) return
    lastChange = clock.now()
    showIn(FRAME_MS)
  })
  showIn(0)
  return {
    async stop() {
      stopped = true
      unsubscribe()
      timer?.cancel()
      await showing
      await show()
    },
  }
}
