import { describe, expect, it } from 'vitest'
import { literalPath, rewritePaths } from '../../../src/kubelet/process/path-rewrite.ts'

const MAPPINGS = [
  { path: '/data', source: '/pods/1/volumes/data', what: 'a volume is mounted' },
  { path: '/data/in', source: '/pods/1/volumes/in', what: 'a volume is mounted' },
]

it.each([
  ['/data', '/pods/1/volumes/data'],
  ['/data/x.csv', '/pods/1/volumes/data/x.csv'],
  ['/data/in/y', '/pods/1/volumes/in/y'],
  ['/data/bin:/usr/bin', '/pods/1/volumes/data/bin:/usr/bin'],
  ['/database', '/database'],
  ['/other/data', '/other/data'],
  ['--out=/data', '--out=/data'],
  ['', ''],
])('leads %j to %j', (value, rewritten) => {
  expect(rewritePaths(value, MAPPINGS)).toBe(rewritten)
})

describe('literalPath', () => {
  it.each(['cat /data/x', '/data', 'a=/data;', '--out=/data', '"/data"', '>/data/in/z'])('finds one in %j', (text) => {
    expect(literalPath(text, MAPPINGS)?.path).toBe('/data')
  })

  it.each(['cat /database', '/my/data', './data', '~/data', '/data-old', '/data.bak', 'data'])(
    'finds none in %j',
    (text) => {
      expect(literalPath(text, MAPPINGS)).toBeUndefined()
    },
  )
})
