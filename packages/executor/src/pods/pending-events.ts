import type { PodEvent } from '../kube/types.ts'
import { eventTime } from './event-failure.ts'

/** Events that tell why a pod does not start, or what is being done about it. */
const TELLING: ReadonlySet<string> = new Set([
  'FailedScheduling',
  'NotTriggerScaleUp',
  'TriggeredScaleUp',
  'FailedScaleUp',
  'WaitForFirstConsumer',
  'WaitForPodScheduled',
  'ProvisioningFailed',
  'FailedBinding',
  'FailedAttachVolume',
  'FailedMount',
  'FailedMapVolume',
  'FailedCreatePodSandBox',
  'NetworkNotReady',
  'NodeNotReady',
  'Failed',
  'InspectFailed',
  'ErrImageNeverPull',
  'BackOff',
  'Pulling',
])

/**
 * What the newest telling event of a pending pod says: `FailedMount: MountVolume.SetUp failed for volume "v" : configmap "x"
 * not found`. Null when none says more than the pod itself.
 *
 * @param known what the pod says: it is not repeated
 */
export function pendingEventText(events: readonly PodEvent[], known: string): string | null {
  const telling = events
    // `Error: ImagePullBackOff` says less than what it follows.
    .filter(({ reason = '', message = '' }) => TELLING.has(reason) && message !== '' && !/^Error: \w+$/.test(message))
    .toSorted((a, b) => eventTime(b) - eventTime(a))
  // Normal ones come and go; while anything is wrong, that is the reason. A node that is on its way is news all the same.
  const warnings = telling.filter(({ type }) => type === 'Warning')
  const news = warnings.length > 0 ? telling.filter(({ reason = '' }) => /ScaleUp$/.test(reason)) : telling
  const chosen = [...warnings, ...news].find(({ message = '' }) => !known.includes(coreOf(message)))
  return chosen ? `${chosen.reason}: ${chosen.message}` : null
}

/** A kubelet says the same in the pod without naming the image first. */
function coreOf(message: string): string {
  return message.replace(/^Failed to pull image "[^"]*": (?:[A-Z]\w+: )?/, '')
}
