import type { Pod } from '../kube/types.ts'
import type { TaskInstanceKey } from '../tasks/task-instance-key.ts'

/** What is said of the launches of a task beside its arguments; many tasks say the same. */
export interface LaunchWishes {
  readonly podOverride: Pod | null
  readonly podTemplateFile: string | null
  readonly podPatch?: object | null
  /** The main container's image, where neither override nor configuration name one. */
  readonly image?: string
  /** How many infrastructure failures lead to a new launch of the same try. */
  readonly infrastructureRetries: number
  /** Whether the pod keeps its end until it is recorded. Absent: as the configuration says. */
  readonly outcomeFinalizer?: boolean
}

/** One try of a task as the executor got it. Airflow: the job of the task queue. */
export interface Workload extends LaunchWishes {
  readonly key: TaskInstanceKey
  /** The main container's arguments. */
  readonly args: readonly string[]
  /** Higher goes first. */
  readonly priority: number
  readonly queue: string | null
  /** The number of the first launch, from 1; above 1 when the store knows of earlier launches of this try. */
  readonly launchNumber: number
  /** A pod of that launch may be there: the store knew of the launch before. @default false */
  readonly mayExist?: boolean
  /** When it was queued, in milliseconds since 1970. @default now */
  readonly queuedAt?: number
}
