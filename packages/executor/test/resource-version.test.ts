import { expect, it } from 'vitest'
import { ResourceVersion } from '../src/resource-version.ts'

it('knows the last version of each namespace, and "0" where none was seen', () => {
  const versions = new ResourceVersion([['a', '5']])
  versions.set('b', '7')
  expect([versions.get('a'), versions.get('b'), versions.get('c')]).toEqual(['5', '7', '0'])
  expect(new ResourceVersion().resourceVersion.size).toBe(0)
})
