import { expect, it } from 'vitest'
import { RecordStore } from '../../src/watch/record-store.ts'

const record = (name: string, uid: string, namespace = 'ns') => ({ namespace, name, uid, resourceVersion: '1' })

it('finds records by name and by uid, and keeps one for each name', () => {
  const store = new RecordStore()
  const first = record('a', '1')
  const second = record('a', '2')
  store.set(first)
  store.set(record('a', '3', 'other'))
  expect([store.size, store.get('ns', 'a'), store.getByUid('1')]).toEqual([2, first, first])
  store.set(second)
  expect([store.size, store.get('ns', 'a'), store.getByUid('1'), store.getByUid('2')]).toEqual([
    2,
    second,
    undefined,
    second,
  ])
  store.delete({ namespace: 'ns', name: 'a' })
  store.delete({ namespace: 'ns', name: 'never' })
  expect([...store.values()]).toEqual([record('a', '3', 'other')])
  expect(store.getByUid('2')).toBeUndefined()
})
