import type { PodView } from '@davit/executor'

/** What is done with a pod, and why. */
export interface CleanupDecision {
  readonly action: 'delete' | 'keep'
  readonly reason: string
}

export interface CleanupAges {
  readonly nowMs: number
  /** A pod that waits to start is left alone for so long. */
  readonly minPendingMinutes: number
  /** And one that has ended: whoever waits for its end has seen it by then. */
  readonly minCompletedMinutes: number
}

const MINUTE_MS = 60_000

/**
 * Airflow's rule of `cleanup-pods`: pods that succeeded, failed and are not restarted, or were evicted, and pods that wait
 * for longer than anything should. A pod that runs is never deleted.
 */
export function cleanupDecision(pod: PodView, ages: CleanupAges): CleanupDecision {
  const { nowMs, minPendingMinutes, minCompletedMinutes } = ages
  const phase = (pod.status?.phase ?? '').toLowerCase()
  if (pod.metadata?.deletionTimestamp) return keep(beingDeleted(pod))
  if (phase === 'pending') {
    const minutes = (nowMs - Date.parse(pod.metadata?.creationTimestamp ?? '')) / MINUTE_MS
    const told = `pending for ${minutesText(minutes)}`
    return minutes > minPendingMinutes
      ? remove(told)
      : keep(`${told}, of ${minutesText(minPendingMinutes)} that it may be`)
  }
  const isEvicted = (pod.status?.reason ?? '').toLowerCase() === 'evicted'
  const isFailed = phase === 'failed'
  if (phase !== 'succeeded' && !isFailed && !isEvicted) return keep(`it is ${phase || 'without a phase'}`)
  if (isFailed && !isEvicted && (pod.spec?.restartPolicy ?? '').toLowerCase() !== 'never') {
    return keep('it failed, and may be started again')
  }
  const minutes = (nowMs - endedAtMs(pod)) / MINUTE_MS
  const told = `${isEvicted ? 'evicted' : phase} ${minutesText(minutes)} ago`
  return minutes >= minCompletedMinutes ? remove(told) : keep(`${told}: too new`)
}

/** The last end of a container, else the last change of a condition, else the creation. */
function endedAtMs({ metadata, status }: PodView): number {
  const containers = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]
  const ends = times(containers.map(({ state }) => state?.terminated?.finishedAt))
  const changes = times((status?.conditions ?? []).map(({ lastTransitionTime }) => lastTransitionTime))
  const known = [ends, changes, times([metadata?.creationTimestamp])].find((each) => each.length > 0)
  return Math.max(...(known ?? [Number.NaN]))
}

function times(texts: readonly (string | undefined)[]): readonly number[] {
  return texts.map((text) => Date.parse(text ?? '')).filter((time) => !Number.isNaN(time))
}

function beingDeleted({ metadata }: PodView): string {
  const finalizers = metadata?.finalizers ?? []
  return finalizers.length === 0 ? 'it is being deleted' : `it is being deleted, and held by ${finalizers.join(', ')}`
}

function keep(reason: string): CleanupDecision {
  return { action: 'keep', reason }
}

function remove(reason: string): CleanupDecision {
  return { action: 'delete', reason }
}

/** `1 min`, `3 h`, `2 d`. */
export function minutesText(minutes: number): string {
  if (Number.isNaN(minutes)) return 'an unknown time'
  if (minutes < 120) return `${Math.floor(minutes)} min`
  const hours = minutes / 60
  return hours < 48 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} d`
}
