import { describe, expect, it } from 'vitest'
import { adoptedEntry, type LaunchEntry } from '../../../src/loops/launch-entry.ts'
import { projectPod } from '../../../src/loops/tracking/pod-record.ts'
import { UnlistedLaunches } from '../../../src/loops/tracking/unlisted-launches.ts'
import type { ListedNotice } from '../../../src/watch/notice.ts'
import { keyOf } from '../../support/start-executor.ts'

/** A launch in `ns`, bound to the pod `uid`, which was last seen at a version. */
function entryOf(uid: string, resourceVersion: string, phase: LaunchEntry['phase'] = 'live'): LaunchEntry {
  const record = projectPod({ metadata: { namespace: 'ns', name: 'p', uid, resourceVersion } })
  const launch = { id: '1-1-a', key: keyOf('t'), number: 1, podName: 'p', namespace: 'ns', uid }
  return Object.assign(adoptedEntry(launch, 0, record), { phase })
}

function listOf(namespace: string | null, resourceVersion: string, uids: readonly string[] = []): ListedNotice {
  const holds: ListedNotice['holds'] = ({ name, uid }) => name === 'p' && uids.includes(uid)
  return { type: 'LISTED', namespace, resourceVersion, size: uids.length, first: false, holds }
}

describe('launches that a list should have had', () => {
  it.each([
    ['is not in a newer list', entryOf('u', '7'), listOf('ns', '9'), true],
    ['is in it', entryOf('u', '7'), listOf('ns', '9', ['u']), false],
    ['is newer than the list', entryOf('u', '10'), listOf('ns', '9'), false],
    ['is in a namespace that was not listed', entryOf('u', '7'), listOf('other', '9'), false],
    ['is in one of all namespaces', entryOf('u', '7'), listOf(null, '9'), true],
    ['is to be replaced', entryOf('u', '7', 'replacing'), listOf('ns', '9'), true],
    ['has ended', entryOf('u', '7', 'ended'), listOf('ns', '9'), false],
  ])('a pod that %s', (_title, entry, list, isMissing) => {
    const unlisted = new UnlistedLaunches()
    expect(unlisted.isMissing(entry)).toBe(false)
    expect(unlisted.listed(list, [entry])).toEqual(isMissing ? [entry] : [])
    expect(unlisted.isMissing(entry)).toBe(isMissing)
  })
})
