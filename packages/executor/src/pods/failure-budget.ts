import type { Budget, FailureClass } from './failure.ts'

const BUDGETS: Readonly<Record<FailureClass, Budget>> = {
  user: 'retries',
  config: 'retries',
  // A new pod with the same needs would wait for the same room: only time, or the author, helps.
  capacity: 'retries',
  oom: 'retries',
  deadline: 'retries',
  // Nobody saw the end: the task may have done its work, so only its author can say whether it may run again.
  unknown: 'retries',
  infrastructure: 'infrastructureRetries',
  disruption: 'infrastructureRetries',
}

/** Which budget a failure of this class is charged to. */
export function failureBudget(failureClass: FailureClass): Budget {
  return BUDGETS[failureClass]
}
