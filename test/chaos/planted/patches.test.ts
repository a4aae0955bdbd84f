import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PATCHES, patched } from './patches.ts'

const source = (file: string) =>
  readFileSync(new URL(`../../../packages/executor/src/${file}`, import.meta.url), 'utf8')

describe('the bugs that `npm run test:chaos -- --planted` plants', () => {
  it('are one for each invariant', () => {
    expect(PATCHES.map(({ invariant }) => invariant)).toEqual(['I1', 'I2', 'I5', 'I6', 'I7'])
  })

  it.each(PATCHES.flatMap(({ invariant, files }) => files.map((each) => ({ invariant, ...each }))))(
    '$invariant applies to $file',
    (each) => {
      const before = source(each.file)
      expect(patched(each, before)).not.toBe(before)
      expect(() => patched(each, '')).toThrow(`the patch of ${each.file} does not apply`)
    },
  )
})
