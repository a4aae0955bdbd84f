import type { WorkerOutcome } from '../workflow-store.ts'

/**
 * What is said of a try's end, by its worker or by its pod, before it is decided what that means for the task
 * instance.
 */
export type TryReport = WorkerOutcome
