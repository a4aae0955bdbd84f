import type { Toleration } from 'kubernetes-types/core/v1.d.ts'
import { isTolerated } from '../node-fit.ts'
import type { Taint } from '../types.ts'

/**
 * How long a pod may stay on a node with these taints, in milliseconds: 0 when it does not tolerate one of them, infinity
 * when it tolerates all for ever, or there are none. Of several tolerations of one taint the first counts. Kubernetes:
 * GetMatchingTolerations, getMinTolerationTime.
 */
export function tolerationMs(tolerations: readonly Toleration[], taints: readonly Taint[]): number {
  const times = taints.map((taint) => {
    const toleration = tolerations.find((one) => isTolerated(taint, one))
    if (!toleration) return 0
    const { tolerationSeconds } = toleration
    return tolerationSeconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, tolerationSeconds) * 1000
  })
  return Math.min(...times)
}
