import type { PodRequest } from '../../test/kubernetes/audit-log.ts'
import type { Measures } from '../benchmark.ts'
import type { TimedRequest } from '../measuring/audit-times.ts'

/** The patch by which `end-pods` ends a pod; kwok patches too. */
export function isEnd({ subresource, user }: PodRequest): boolean {
  return subresource === 'status' && user === 'admin'
}

/**
 * How long after the server had the patch that ended each pod a client knew of it.
 *
 * @param knownAt by the pod's name, in milliseconds of the epoch
 */
export function delaysOf(knownAt: Measures, ends: readonly TimedRequest[]): number[] {
  const sentAt = new Map(ends.map(({ name, received }) => [name, received]))
  return Object.entries(knownAt).map(([name, at]) => {
    const sent = sentAt.get(name)
    if (sent === undefined) throw new Error(`pod ${name} is known to have ended, and nobody has ended it`)
    return at - sent
  })
}
