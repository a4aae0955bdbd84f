import { compareResourceVersions } from '../../watch/compare-resource-versions.ts'
import type { ListedNotice } from '../../watch/notice.ts'
import type { LaunchEntry } from '../launch-entry.ts'

/**
 * Finds launches whose pod a list should have had. A pod that was created and went while the watch was down was never in
 * the cache, so that the list does not show it as missing, and no event will tell of it: only the create's answer did.
 */
export class UnlistedLaunches {
  /** By scope; empty: all namespaces. */
  readonly #lists = new Map<string, ListedNotice>()

  /** Remembers the list of a scope; those of the entries that it misses. */
  listed(notice: ListedNotice, entries: Iterable<LaunchEntry>): LaunchEntry[] {
    this.#lists.set(notice.namespace ?? '', notice)
    return [...entries].filter((entry) => isMissing(entry, notice))
  }

  /** Whether the last list of its scope is newer than what is known of the entry's pod, and does not have it. */
  isMissing(entry: LaunchEntry): boolean {
    const notice = this.#lists.get(entry.namespace) ?? this.#lists.get('')
    return notice !== undefined && isMissing(entry, notice)
  }
}

function isMissing(
  { phase, launch, record }: LaunchEntry,
  { namespace, resourceVersion, holds }: ListedNotice,
): boolean {
  if ((phase !== 'live' && phase !== 'replacing') || launch?.uid === undefined) return false
  if (namespace !== null && namespace !== launch.namespace) return false
  const isNewer = record !== null && (compareResourceVersions(record.resourceVersion, resourceVersion) ?? 0) > 0
  return !isNewer && !holds({ namespace: launch.namespace, name: launch.podName, uid: launch.uid })
}
