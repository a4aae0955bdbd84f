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
    .filter(({ reason = '', message = '' }) => TELLING.has(reason) && message !== '' && !known.includes(message))
    // `Error: ImagePullBackOff` says less than what it follows.
    .filter(({ message = '' }) => !/^Error: \w+$/.test(message))
  const newest = telling.toSorted((a, b) => eventTime(b) - eventTime(a))
  // Normal ones come and go; while anything is wrong, that is the reason.
  const [chosen] = [...newest.filter(({ type }) => type === 'Warning'), ...newest]
  return chosen ? `${chosen.reason}: ${chosen.message}` : null
}
