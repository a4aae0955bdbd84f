import { describe, expect, it } from 'vitest'
import { ChangeFeed } from '../../../src/apiserver/watch/change-feed.ts'
import { WatchStream, type WatchStreamParts } from '../../../src/apiserver/watch/watch-stream.ts'
import type { KubeObject } from '../../../src/storage/kube-object.ts'
import { VersionedStore } from '../../../src/storage/versioned-store.ts'

const object = (name: string): KubeObject => ({ metadata: { name } })

function watching(store: VersionedStore, changes: Partial<WatchStreamParts> = {}) {
  const lines: string[] = []
  const state = { isOpen: true, accepts: true }
  const stream = new WatchStream({
    feed: new ChangeFeed({
      log: store.log('things'),
      matches: () => true,
      encode: ({ type, object: { metadata } }) => [
        Buffer.from(`${type} ${metadata.name} ${metadata.resourceVersion}\n`),
      ],
    }),
    from: store.log('things').end,
    after: 0,
    initial: [],
    sink: {
      write: (bytes) => {
        lines.push(...String(bytes).trim().split('\n'))
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

describe('WatchStream', () => {
  it('tells what is there, then what changes', () => {
    const store = new VersionedStore()
    store.create('things', object('a'))
    const { stream, lines } = watching(store, { initial: [Buffer.from('ADDED a 2\n')] })
    stream.pump()
    store.update('things', object('a'))
    store.delete('things', undefined, 'a')
    stream.pump()
    expect(lines).toEqual(['ADDED a 2', 'MODIFIED a 3', 'DELETED a 4'])
  })

  it('waits for a slow client, and loses nothing', () => {
    const store = new VersionedStore()
    const { stream, lines, state } = watching(store)
    state.accepts = false
    store.create('things', object('a'))
    stream.pump()
    store.create('things', object('b'))
    stream.pump()
    expect(lines).toEqual(['ADDED a 2'])
    state.accepts = true
    stream.drained()
    expect(lines).toEqual(['ADDED a 2', 'ADDED b 3'])
  })

  it('asks for what is there as the client reads it', () => {
    let made = 0
    const initial = (function* () {
      for (const name of ['a', 'b', 'c']) {
        made++
        yield Buffer.from(`ADDED ${name}\n`)
      }
    })()
    const { stream, lines, state } = watching(new VersionedStore(), { initial })
    state.accepts = false
    stream.pump()
    expect([made, lines]).toEqual([1, ['ADDED a']])
    state.accepts = true
    stream.drained()
    expect(lines).toEqual(['ADDED a', 'ADDED b', 'ADDED c'])
  })

  it('ends for a client that is slower than the log is long', () => {
    const store = new VersionedStore({ logLimit: 4 })
    const { stream, lines, state } = watching(store)
    for (let index = 0; index < 10; index++) store.create('things', object(`t${index}`))
    stream.pump()
    expect(state.isOpen).toBe(false)
    expect(lines).toEqual([])
  })

  it('writes a bookmark only when all is told', () => {
    const store = new VersionedStore()
    const { stream, lines } = watching(store)
    store.create('things', object('a'))
    stream.bookmark(Buffer.from('BOOKMARK 2'))
    expect(lines).toEqual([])
    stream.pump()
    stream.bookmark(Buffer.from('BOOKMARK 2'))
    expect(lines).toEqual(['ADDED a 2', 'BOOKMARK 2'])
  })

  it('tells nothing up to a version that lies in the future', () => {
    const store = new VersionedStore()
    const { stream, lines } = watching(store, { after: 3 })
    for (const name of ['a', 'b', 'c']) {
      store.create('things', object(name))
      stream.pump()
    }
    expect(lines).toEqual(['ADDED c 4'])
  })
})
