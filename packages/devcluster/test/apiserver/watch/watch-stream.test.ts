import { describe, expect, it } from 'vitest'
import { WatchStream, type WatchStreamParts } from '../../../src/apiserver/watch/watch-stream.ts'
import type { KubeObject } from '../../../src/storage/kube-object.ts'
import { VersionedStore } from '../../../src/storage/versioned-store.ts'

const object = (name: string, color: string): KubeObject => ({ metadata: { name, labels: { color } } })

function watching(store: VersionedStore, changes: Partial<WatchStreamParts> = {}) {
  const lines: string[] = []
  const state = { isOpen: true, accepts: true }
  const stream = new WatchStream({
    log: store.log('things'),
    from: store.log('things').end,
    after: 0,
    initial: [],
    matches: () => true,
    encode: ({ type, object: { metadata } }) =>
      `${type} ${metadata.name} ${metadata.labels?.color ?? ''} ${metadata.resourceVersion}\n`,
    sink: {
      write: (chunk) => {
        lines.push(...String(chunk).trim().split('\n'))
        return state.accepts
      },
      end: () => {
        state.isOpen = false
      },
    },
    ...changes,
  })
  return { stream, lines, state }
}

const isRed = ({ metadata }: KubeObject) => metadata.labels?.color === 'red'

describe('WatchStream', () => {
  it('tells what is there, then what changes', () => {
    const store = new VersionedStore()
    const first = store.create('things', object('a', 'red'))
    const { stream, lines } = watching(store, { initial: first ? [first] : [] })
    stream.pump()
    store.update('things', object('a', 'blue'))
    store.delete('things', undefined, 'a')
    stream.pump()
    expect(lines).toEqual(['ADDED a red 2', 'MODIFIED a blue 3', 'DELETED a blue 4'])
  })

  it('tells what enters and leaves a selector', () => {
    const store = new VersionedStore()
    const { stream, lines } = watching(store, { matches: isRed })
    store.create('things', object('a', 'blue'))
    store.update('things', object('a', 'red'))
    store.update('things', object('a', 'green'))
    store.update('things', object('a', 'yellow'))
    store.create('things', object('b', 'red'))
    store.delete('things', undefined, 'b')
    store.delete('things', undefined, 'a')
    stream.pump()
    // What leaves is told as it was, under the version of the change.
    expect(lines).toEqual(['ADDED a red 3', 'DELETED a red 4', 'ADDED b red 6', 'DELETED b red 7'])
  })

  it('waits for a slow client, and loses nothing', () => {
    const store = new VersionedStore()
    const { stream, lines, state } = watching(store)
    state.accepts = false
    store.create('things', object('a', 'red'))
    stream.pump()
    store.create('things', object('b', 'red'))
    stream.pump()
    expect(lines).toEqual(['ADDED a red 2'])
    state.accepts = true
    stream.drained()
    expect(lines).toEqual(['ADDED a red 2', 'ADDED b red 3'])
  })

  it('ends for a client that is slower than the log is long', () => {
    const store = new VersionedStore({ logLimit: 4 })
    const { stream, lines, state } = watching(store)
    for (let index = 0; index < 10; index++) store.create('things', object(`t${index}`, 'red'))
    stream.pump()
    expect(state.isOpen).toBe(false)
    expect(lines).toEqual([])
  })

  it('writes a bookmark only when all is told', () => {
    const store = new VersionedStore()
    const { stream, lines } = watching(store)
    store.create('things', object('a', 'red'))
    const bookmark = { metadata: { name: '', resourceVersion: '2' } }
    stream.bookmark(bookmark)
    expect(lines).toEqual([])
    stream.pump()
    stream.bookmark(bookmark)
    expect(lines).toEqual(['ADDED a red 2', 'BOOKMARK   2'])
  })

  it('tells nothing up to a version that lies in the future', () => {
    const store = new VersionedStore()
    const { stream, lines } = watching(store, { after: 3 })
    for (const name of ['a', 'b', 'c']) store.create('things', object(name, 'red'))
    stream.pump()
    expect(lines).toEqual(['ADDED c red 4'])
  })
})
