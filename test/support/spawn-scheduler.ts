import type { SchedulerChildTask } from './scheduler-child.ts'
import { type SpawnedChild, spawnChild } from './spawn-child.ts'

/** A scheduler with its executor in a process of its own. */
export interface SpawnedScheduler extends SpawnedChild {
  readonly jobId: string
  /** The ends that its executor has reported, oldest first: `key` as `taskInstanceKeyText` has it. */
  reports(): readonly { readonly key: string; readonly state: string }[]
}

/** Starts `scheduler-child.ts`. */
export function spawnScheduler(task: SchedulerChildTask): SpawnedScheduler {
  const child = spawnChild('scheduler-child.ts', task)
  const reports = () =>
    child
      .stdout()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { key: string; state: string })
  return { ...child, jobId: task.jobId, reports }
}
