import type { LaunchEntry } from './launch-entry.ts'
import type { PendingStage } from './pending-stage.ts'

const STAGES: Readonly<Record<PendingStage, string>> = {
  unscheduled: 'unscheduled',
  creating: 'creating',
  pulling: 'pulling image',
  initialising: 'initialising',
}

/**
 * Why a launched task does not run yet, for people; null when it runs. `refusal`: what the launcher says of it; `blindness`:
 * why the watch of its namespace is down.
 */
export function waitingReason(
  entry: LaunchEntry,
  { refusal, blindness }: { readonly refusal: string | null; readonly blindness: string | null },
): string | null {
  switch (entry.phase) {
    case 'waiting':
    case 'creating': {
      if (refusal) return refusal
      if (entry.supersedes)
        return `to be launched again (launch ${entry.launchNumber}): ${entry.supersedes.failure.message}`
      return entry.phase === 'waiting' ? 'waiting for its create' : 'being created'
    }
    case 'replacing':
      return `its pod is being deleted, then it is launched again: ${entry.supersedes?.failure.message ?? ''}`
    case 'live': {
      if (entry.wasRunning) return null
      if (blindness) return `its pod cannot be seen: ${blindness}`
      const { stage, reason } = entry.pending ?? { stage: 'unscheduled', reason: '' }
      return reason ? `${STAGES[stage]}: ${reason}` : STAGES[stage]
    }
    case 'ended':
      return 'its outcome is being recorded'
    case 'closed':
      return null
  }
}
