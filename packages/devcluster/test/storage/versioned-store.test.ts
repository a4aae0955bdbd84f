import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../src/storage/kube-object.ts'
import { VersionedStore } from '../../src/storage/versioned-store.ts'

const object = (name: string, namespace = 'default', value = 1): KubeObject => ({
  metadata: { name, namespace },
  value,
})
const names = (objects: readonly KubeObject[] | undefined) => objects?.map(({ metadata }) => metadata.name)

describe('VersionedStore', () => {
  it('counts one revision for all resources, and writes it into each object', () => {
    const store = new VersionedStore()
    expect(store.revision).toBe(1)
    expect(store.create('pods', object('a'))?.metadata.resourceVersion).toBe('2')
    expect(store.create('secrets', object('a'))?.metadata.resourceVersion).toBe('3')
    expect(store.update('pods', object('a', 'default', 2)).metadata.resourceVersion).toBe('4')
    expect(store.delete('pods', 'default', 'a')?.metadata.resourceVersion).toBe('5')
    expect(store.revision).toBe(5)
  })

  it('stores a name once', () => {
    const store = new VersionedStore()
    store.create('pods', object('a'))
    expect(store.create('pods', object('a'))).toBeUndefined()
    expect(store.create('pods', object('a', 'other'))).toBeDefined()
  })

  it('freezes what it stores in all its depth', () => {
    const store = new VersionedStore()
    const list = [{ a: 1 }]
    store.create('pods', { metadata: { name: 'a', namespace: 'n' }, spec: { list } })
    expect(() => {
      list.push({ a: 2 })
    }).toThrow(TypeError)
    expect(Object.isFrozen(list[0])).toBe(true)
  })

  it('lists by key, whatever the order of writing, and one namespace alone', () => {
    const store = new VersionedStore()
    for (const [name, namespace] of [
      ['c', 'b'],
      ['a', 'b'],
      ['z', 'a'],
      ['b', 'b'],
      ['y', 'b-c'],
    ] as const) {
      store.create('pods', object(name, namespace))
    }
    store.delete('pods', 'b', 'b')
    // The order of etcd: by bytes of namespace/name.
    expect(names(store.list('pods'))).toEqual(['z', 'y', 'a', 'c'])
    expect(names(store.list('pods', 'b'))).toEqual(['a', 'c'])
    expect(names(store.list('pods', 'none'))).toEqual([])
    expect([store.isEmpty('pods', 'a'), store.isEmpty('pods', 'aa')]).toEqual([false, true])
  })

  it('lists as it was at a revision', () => {
    const store = new VersionedStore()
    store.create('pods', object('a'))
    store.create('pods', object('b'))
    store.update('pods', object('a', 'default', 7))
    store.delete('pods', 'default', 'b')
    store.create('pods', object('c'))
    expect(names(store.listAt('pods', 'default', 1))).toEqual([])
    expect(names(store.listAt('pods', 'default', 3))).toEqual(['a', 'b'])
    expect(store.listAt('pods', 'default', 3)?.[0]?.value).toBe(1)
    expect(store.listAt('pods', 'default', 4)?.[0]?.value).toBe(7)
    expect(names(store.listAt('pods', undefined, 5))).toEqual(['a'])
    expect(names(store.listAt('pods', undefined, 6))).toEqual(['a', 'c'])
  })

  it('forgets history when it is compacted', () => {
    const store = new VersionedStore()
    store.create('pods', object('a'))
    store.create('pods', object('b'))
    store.compact()
    expect(store.listAt('pods', undefined, 2)).toBeUndefined()
    expect(names(store.listAt('pods', undefined, 3))).toEqual(['a', 'b'])
  })

  it('tells every listener each change in order, those that a listener makes included', () => {
    const store = new VersionedStore()
    const heard: string[] = []
    store.subscribe((resource, { type, revision }) => {
      if (resource === 'pods' && type === 'ADDED') store.create('events', object('e'))
      heard.push(`first ${resource} ${revision}`)
    })
    const stop = store.subscribe((resource, { revision }) => heard.push(`second ${resource} ${revision}`))
    store.create('pods', object('a'))
    expect(heard).toEqual(['first pods 2', 'second pods 2', 'first events 3', 'second events 3'])
    stop()
    store.delete('pods', 'default', 'a')
    expect(heard.at(-1)).toBe('first pods 4')
  })

  it('tells what was there before', () => {
    const store = new VersionedStore()
    const changes: unknown[] = []
    store.subscribe((_resource, { type, object: now, previous }) => changes.push([type, now.value, previous?.value]))
    store.create('pods', object('a'))
    store.update('pods', object('a', 'default', 2))
    store.delete('pods', 'default', 'a')
    expect(changes).toEqual([
      ['ADDED', 1, undefined],
      ['MODIFIED', 2, 1],
      ['DELETED', 2, 2],
    ])
  })
})
