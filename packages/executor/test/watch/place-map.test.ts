import { expect, it } from 'vitest'
import { PlaceMap } from '../../src/watch/place-map.ts'

it('holds one value for each name of each namespace', () => {
  const map = new PlaceMap<number>()
  map.set('a', 'pod', 1)
  map.set('b', 'pod', 2)
  // As one text with a slash between them these would be the same.
  map.set('a', 'b/c', 3)
  map.set('a/b', 'c', 4)
  map.set('a', 'pod', 5)
  expect([map.size, ...map.values()]).toEqual([4, 5, 3, 2, 4])
  map.delete('a', 'pod')
  map.delete('a', 'pod')
  map.delete('never', 'pod')
  map.delete('b', 'pod')
  expect([map.get('a', 'pod'), map.get('b', 'pod'), map.get('a', 'b/c'), map.get('a/b', 'c')]).toEqual([
    undefined,
    undefined,
    3,
    4,
  ])
  expect(map.size).toBe(2)
})
