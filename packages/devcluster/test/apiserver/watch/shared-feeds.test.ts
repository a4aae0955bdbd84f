import { expect, it } from 'vitest'
import { SharedFeeds } from '../../../src/apiserver/watch/shared-feeds.ts'
import { VersionedStore } from '../../../src/storage/versioned-store.ts'

it('shares a feed among those that name the same key, as long as one of them uses it', () => {
  const feeds = new SharedFeeds()
  const parts = { log: new VersionedStore().log('things'), matches: () => true, encode: () => [] }
  const feed = feeds.use('a', parts)
  expect(feeds.use('a', parts)).toBe(feed)
  expect(feeds.use('b', parts)).not.toBe(feed)
  expect(feeds.size).toBe(2)
  feeds.release('a')
  expect(feeds.use('a', parts)).toBe(feed)
  for (const key of ['a', 'a', 'b']) feeds.release(key)
  expect(feeds.size).toBe(0)
  expect(feeds.use('a', parts)).not.toBe(feed)
})
