import type { PodView } from '../kube/pod-view.ts'
import { containerStatuses } from './failure-details.ts'

/** Containers beside the main one that ran out of memory, now or before a restart: what the main one met may come of it. */
export function otherContainersOutOfMemory({ status }: PodView, mainName: string): readonly string[] {
  return [...containerStatuses(status?.initContainerStatuses), ...containerStatuses(status?.containerStatuses)]
    .filter(({ name }) => name !== mainName)
    .filter(({ state, lastState }) => [state, lastState].some((each) => each?.terminated?.reason === 'OOMKilled'))
    .map(({ name }) => name)
}
