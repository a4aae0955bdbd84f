import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import { resolveConfig } from '../../../src/config/resolve-config.ts'
import type { Pod } from '../../../src/kube/types.ts'
import { silentLogger } from '../../../src/logger.ts'
import { LaunchBook } from '../../../src/loops/launch-book.ts'
import { adoptedEntry } from '../../../src/loops/launch-entry.ts'
import { PodEvents } from '../../../src/loops/tracking/pod-events.ts'
import type { PodRecord } from '../../../src/loops/tracking/pod-record.ts'
import { PodTracker } from '../../../src/loops/tracking/pod-tracker.ts'
import { RecordStore } from '../../../src/watch/record-store.ts'
import { FakePods } from '../../support/fake-pods.ts'
import { heapUsed } from '../../support/heap-used.ts'
import { podOf } from '../../support/scripted-pods.ts'
import { keyOf } from '../../support/start-executor.ts'

function makeTracker(book: LaunchBook): PodTracker {
  const clock = new FakeClock()
  const nothing = () => {}
  return new PodTracker({
    book,
    pods: new FakePods(),
    podEvents: new PodEvents({ events: undefined, clock, logger: silentLogger }),
    config: resolveConfig({}),
    owner: '7',
    clock,
    random: () => 0,
    logger: silentLogger,
    isAccounted: () => false,
    events: {
      onBound: nothing,
      onRunning: nothing,
      onEnded: nothing,
      onAdoptedAway: nothing,
      onGated: nothing,
      onStranger: nothing,
    },
  })
}

describe('PodTracker', () => {
  it("holds no second copy of a launch's texts, whatever its pod's events bring", () => {
    const COUNT = 200
    const LENGTH = 20_000
    const nameOf = (index: number) => `${index}`.padStart(LENGTH, 'n')
    const book = new LaunchBook()
    for (let index = 0; index < COUNT; index++) {
      const key = keyOf('extract', { mapIndex: index })
      const launch = { id: '1-1-a', key, number: 1, podName: nameOf(index), namespace: 'ns', uid: `uid-${index}` }
      book.add(adoptedEntry(launch, index, null))
    }
    const tracker = makeTracker(book)
    const store = new RecordStore<PodRecord>()
    const before = heapUsed()
    for (const version of [1, 2]) {
      for (let index = 0; index < COUNT; index++) {
        const pod: Pod = JSON.parse(JSON.stringify(podOf(nameOf(index), version, `uid-${index}`)))
        store.set(tracker.record(pod))
      }
    }
    expect(heapUsed() - before).toBeLessThan((COUNT * LENGTH) / 4)
    expect(store.get('ns', nameOf(7))).toMatchObject({ uid: 'uid-7', resourceVersion: '2' })
  })
})
