import { expect, it } from 'vitest'
import { ChangeFeed } from '../../../src/apiserver/watch/change-feed.ts'
import { WatchStream } from '../../../src/apiserver/watch/watch-stream.ts'
import { VersionedStore } from '../../../src/storage/versioned-store.ts'

/** What happens to a pod that runs as it is told: creation, binding, four statuses. */
const CHANGES_OF_A_POD = 6
const PODS = 5_000

it('tells a client that reads nothing until 5,000 pods have lived all of it afterwards', () => {
  const store = new VersionedStore()
  const told: string[] = []
  let reads = false
  let hasEnded = false
  const stream = new WatchStream({
    feed: new ChangeFeed({
      log: store.log('pods'),
      matches: () => true,
      encode: ({ object: { metadata } }) => [Buffer.from(`${metadata.resourceVersion}\n`)],
    }),
    from: 0,
    after: 0,
    initial: [],
    sink: {
      write(bytes) {
        told.push(...bytes.toString().trim().split('\n'))
        return reads
      },
      end() {
        hasEnded = true
      },
    },
  })
  for (let index = 0; index < PODS; index++) {
    const object = { metadata: { name: `pod-${index}` } }
    store.create('pods', object)
    for (let change = 1; change < CHANGES_OF_A_POD; change++) store.update('pods', { ...object, status: { change } })
    stream.pump()
  }
  reads = true
  stream.drained()
  expect(hasEnded).toBe(false)
  expect(told).toEqual(Array.from({ length: PODS * CHANGES_OF_A_POD }, (_, at) => String(at + 2)))
})
