import type { Launch, LaunchOutcome } from './loops/launch-store.ts'
import type { Timeline } from './loops/tracking/timeline.ts'
import type { Failure } from './pods/failure.ts'

/** What the executor reports of a task instance. Airflow: a value of `event_buffer`. */
export interface ExecutorEvent {
  /**
   * `queued`: handed to the launcher. `running`: its main container runs. Both with the job id as `info`. `success` or `failed`, or
   * what the store holds: accounted for. Null: the store holds no state for it.
   */
  readonly state: string | null
  /** For people. */
  readonly info: string | null
  readonly failure?: Failure
  readonly launch?: Launch
  /** Present once it is accounted for. */
  readonly outcome?: LaunchOutcome
  /** With `outcome`: where the time of the try went. */
  readonly timeline?: Timeline
}
