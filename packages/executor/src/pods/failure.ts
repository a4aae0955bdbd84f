/** What kind of thing ended a launch badly; each class charges one budget. */
export type FailureClass =
  | 'user'
  | 'config'
  | 'capacity'
  | 'infrastructure'
  | 'disruption'
  | 'oom'
  | 'deadline'
  | 'unknown'

/** Why a launch failed: for programs (`class`), for the sceptical (`evidence`), and for people (`message`, `hint`). */
export interface Failure {
  readonly class: FailureClass
  /** The field that decided, `path=value`: `status.containerStatuses[0].state.terminated.reason=OOMKilled`. */
  readonly evidence: string
  readonly message: string
  /** What to do about it. Absent where the cause says so itself. */
  readonly hint?: string
}

/** Which budget a failure is charged to: the user's `retries`, or `infrastructureRetries` (a new launch of the same try). */
export type Budget = 'retries' | 'infrastructureRetries'
