import type { ContainerStatusView, PodView } from '../kube/pod-view.ts'
import { containerStatuses } from './failure-details.ts'

/** A pull that is refused for a moment, and not a fatal one. Airflow's exemption. */
const PULL_QPS_EXCEEDED = 'pull QPS exceeded'

/** A container that waits for something that will not come by itself. */
export interface FatalWait {
  readonly container: string
  readonly reason: string
  /** `path=value` */
  readonly evidence: string
}

/** Whether a container's state is waiting for one of the reasons, and not for one that passes. */
export function isFatalWait(state: ContainerStatusView['state'], reasons: readonly string[]): boolean {
  const { reason, message } = state?.waiting ?? {}
  if (reason === undefined || !reasons.includes(reason)) return false
  if (reason === 'ErrImagePull') return message !== PULL_QPS_EXCEEDED
  return !(reason === 'ImagePullBackOff' && message?.endsWith(`ErrImagePull: ${PULL_QPS_EXCEEDED}`))
}

/** The containers of a pod that wait for one of the reasons: all kinds are looked at, in whatever order they stand. */
export function fatalWaits({ status }: PodView, reasons: readonly string[]): readonly FatalWait[] {
  return (['initContainerStatuses', 'containerStatuses'] as const).flatMap((field) =>
    containerStatuses(status?.[field]).flatMap(({ name, state }, index) => {
      if (!isFatalWait(state, reasons)) return []
      const reason = state?.waiting?.reason ?? ''
      return [{ container: name, reason, evidence: `status.${field}[${index}].state.waiting.reason=${reason}` }]
    }),
  )
}
