import { describe, expect, it } from 'vitest'
import { ChangeFeed } from '../../../src/apiserver/watch/change-feed.ts'
import type { KubeObject } from '../../../src/storage/kube-object.ts'
import { VersionedStore } from '../../../src/storage/versioned-store.ts'

const object = (name: string, color = 'red'): KubeObject => ({ metadata: { name, labels: { color } } })
const all = (_object: KubeObject): boolean => true
const isRed = ({ metadata }: KubeObject) => metadata.labels?.color === 'red'

function feedOf(store: VersionedStore, { matches = all, padding = 0 } = {}) {
  const seen: string[] = []
  const feed = new ChangeFeed({
    log: store.log('things'),
    matches,
    encode: ({ type, object: { metadata } }) => {
      const line = `${type} ${metadata.name} ${metadata.labels?.color} ${metadata.resourceVersion}`
      seen.push(line)
      return [Buffer.from(line), Buffer.from(`${' '.repeat(padding)}\n`)]
    },
  })
  /** What a watch reads from an index on. */
  const readFrom = (index: number) => {
    let text = ''
    let chunks = 0
    for (let chunk = feed.chunk(index); chunk; chunk = feed.chunk(chunk.next)) {
      text += chunk.bytes.toString()
      chunks++
    }
    return { lines: text.split('\n').slice(0, -1), chunks }
  }
  return { feed, seen, readFrom }
}

describe('ChangeFeed', () => {
  it('tells what enters and leaves a selector', () => {
    const store = new VersionedStore()
    const { readFrom } = feedOf(store, { matches: isRed })
    store.create('things', object('a', 'blue'))
    for (const color of ['red', 'green', 'yellow']) store.update('things', object('a', color))
    store.create('things', object('b'))
    store.delete('things', undefined, 'b')
    store.delete('things', undefined, 'a')
    // What leaves is told as it was, under the version of the change.
    expect(readFrom(0).lines).toEqual(['ADDED a red 3', 'DELETED a red 4', 'ADDED b red 6', 'DELETED b red 7'])
  })

  it('has nothing beyond the newest change, and goes on from there', () => {
    const store = new VersionedStore()
    const { feed, readFrom } = feedOf(store)
    expect(feed.chunk(0)).toBeUndefined()
    store.create('things', object('a'))
    expect(readFrom(0).lines).toEqual(['ADDED a red 2'])
    expect(feed.chunk(1)).toBeUndefined()
    store.create('things', object('b'))
    expect(readFrom(1).lines).toEqual(['ADDED b red 3'])
  })

  it('passes over changes that do not concern it', () => {
    const store = new VersionedStore()
    const { feed } = feedOf(store, { matches: isRed })
    for (const name of ['a', 'b']) store.create('things', object(name, 'blue'))
    expect(feed.chunk(0)).toMatchObject({ next: 2, bytes: Buffer.alloc(0) })
  })

  it('encodes each change once for watches that go together, and soon also for those that began elsewhere', () => {
    const store = new VersionedStore()
    const { seen, readFrom } = feedOf(store)
    for (let index = 0; index < 500; index++) store.create('things', object(`t${index}`))
    const all = readFrom(0)
    expect(all.lines).toHaveLength(500)
    expect(readFrom(0)).toEqual(all)
    expect(seen).toHaveLength(500)
    expect(readFrom(100).lines).toEqual(all.lines.slice(100))
    // From 100 to the end of its block, 128; the rest was made already.
    expect(seen).toHaveLength(528)
  })

  it('cuts what is large, at the same places for all', () => {
    const store = new VersionedStore()
    const { seen, readFrom } = feedOf(store, { padding: 30_000 })
    for (let index = 0; index < 8; index++) store.create('things', object(`t${index}`))
    expect(readFrom(0)).toMatchObject({ chunks: 3 })
    expect(readFrom(3).lines).toHaveLength(5)
    expect(seen).toHaveLength(8)
  })

  it('makes again what it does not keep any more', () => {
    const store = new VersionedStore()
    const { readFrom } = feedOf(store)
    for (let index = 0; index < 64 * 100; index++) store.create('things', object(`t${index}`))
    expect(readFrom(0).lines).toEqual(readFrom(0).lines)
  })
})
