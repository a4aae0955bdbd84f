import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { slug } from '../../src/pods/slug.ts'

/** Text and its slug, as python-slugify with text-unidecode gives it. */
const rows: [string, string][] = JSON.parse(readFileSync(new URL('testdata/slugs.json', import.meta.url), 'utf8'))

describe('slug', () => {
  it.each([
    ['90AçLbˆˆç˙ßß˜˜˙c*a', '90aclb-c-ssss-c-a'],
    ['---task.id---', 'task-id'],
    ['-90Abc*&', '90abc'],
    ['1,000', '1000'],
    ['½', '1-2'],
    ['a &amp; b', 'a-b'],
    ['caf&eacute;', 'cafe'],
    ['影師嗎', 'ying-shi-ma'],
    ['Компьютер', 'kompiuter'],
    ['🙂', ''],
    ['', ''],
  ])('makes of %s: %s', (text, expected) => {
    expect(slug(text)).toBe(expected)
  })

  it(`agrees with python-slugify on ${rows.length} texts`, () => {
    expect(rows.length).toBeGreaterThan(700)
    expect(rows.map(([text]) => [text, slug(text)])).toEqual(rows)
  })
})
