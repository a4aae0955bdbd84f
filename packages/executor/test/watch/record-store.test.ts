import { expect, it } from 'vitest'
import { RecordStore } from '../../src/watch/record-store.ts'

const record = (name: string, uid: string, namespace = 'ns') => ({ namespace, name, uid, resourceVersion: '1' })

it('finds records by name, and keeps one for each name', () => {
  const store = new RecordStore()
  const first = record('a', '1')
  const second = record('a', '2')
  store.set(first)
  store.set(record('a', '3', 'other'))
  expect([store.size, store.get('ns', 'a')]).toEqual([2, first])
  store.set(second)
  expect([store.size, store.get('ns', 'a')]).toEqual([2, second])
  store.delete({ namespace: 'ns', name: 'a' })
  store.delete({ namespace: 'ns', name: 'never' })
  expect([...store.values()]).toEqual([record('a', '3', 'other')])
})
