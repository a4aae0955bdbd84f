import type { ExecutorChildTask } from './executor-child.ts'
import { type SpawnedChild, spawnChild } from './spawn-child.ts'

/** Starts an executor in a process of its own: `executor-child.ts`. */
export function spawnExecutor(task: ExecutorChildTask): SpawnedChild {
  return spawnChild('executor-child.ts', task)
}
