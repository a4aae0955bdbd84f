import type { LaunchEntry } from '../launch-entry.ts'
import { leavingReason } from './leaving-pod.ts'
import type { PendingStage } from './pending-stage.ts'

const STAGES: Readonly<Record<PendingStage, string>> = {
  gated: 'held back by scheduling gates',
  unscheduled: 'unscheduled',
  creating: 'creating',
  pulling: 'pulling image',
  initialising: 'initialising',
}

/**
 * Why a launched task does not run yet, for people; null when it runs. `refusal`: what the launcher says of it; `blindness`:
 * why the watch of its namespace is down; `now`: milliseconds since 1970.
 */
export function waitingReason(
  entry: LaunchEntry,
  {
    refusal,
    blindness,
    now,
  }: { readonly refusal: string | null; readonly blindness: string | null; readonly now: number },
): string | null {
  switch (entry.phase) {
    case 'waiting':
    case 'creating': {
      if (refusal) return refusal
      if (entry.supersedes)
        return `to be launched again (launch ${entry.launchNumber}): ${entry.supersedes.failure.message}`
      return entry.phase === 'waiting' ? 'waiting for its create' : 'being created'
    }
    case 'replacing': {
      const leaving = (entry.record && leavingReason(entry.record, now)) ?? 'its pod is being deleted'
      return `${leaving}; then it is launched again: ${entry.supersedes?.failure.message ?? ''}`
    }
    case 'live': {
      const leaving = entry.record && leavingReason(entry.record, now)
      if (leaving) return leaving
      if (entry.wasRunning) return null
      if (blindness) return `its pod cannot be seen: ${blindness}`
      const { stage, reason, told } = entry.pending ?? { stage: 'unscheduled', reason: '', told: null }
      const said = [reason, told].filter(Boolean).join('; ')
      return said ? `${STAGES[stage]}: ${said}` : STAGES[stage]
    }
    case 'ended':
      return 'its outcome is being recorded'
    case 'closed':
      return null
  }
}
