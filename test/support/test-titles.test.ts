import { describe, expect, it } from 'vitest'
import { testFiles, testTitles, titlesIn } from './test-titles.ts'

describe('titlesIn', () => {
  it('finds groups, cases and tables of cases, over several lines too', () => {
    const text = `
describe('X1: a group', () => {
  it('has it\\'s case', async () => {})
  it.each([['a', 1]])(
    "X2 %s: of a table",
    () => {},
  )
  it.skip(\`not \${now}\`, () => {})
})
expect(call('no title', 1)).toBe('none')
`
    expect(titlesIn(text, 'packages/executor/test/a.test.ts')).toEqual(
      ['X1: a group', "has it's case", 'X2 %s: of a table', `not \${now}`].map((title) => ({
        title,
        file: 'packages/executor/test/a.test.ts',
        runsOn: 'no server',
      })),
    )
  })

  it.each([
    ["conformance('a', {}, (it) => {", 'dev cluster, Kubernetes'],
    ["conformance('a', { needs: ['serverSideApply'] }, (it) => {", 'Kubernetes'],
    ["conformance('a', { runtime: 'process' }, (it) => {", 'dev cluster, Kubernetes'],
    [
      "conformance('b', { needs: ['serverSideApply'] }, (it) => {})\nconformance('a', {\n}, (it) => {",
      'dev cluster, Kubernetes',
    ],
  ])('says where the cases of %j run', (opening, runsOn) => {
    const titles = titlesIn(`${opening}\n  it('case', () => {})\n})`, 'test/conformance/a.test.ts')
    expect(titles.at(-1)).toMatchObject({ title: 'case', runsOn })
  })
})

it('finds titles in every file of tests', () => {
  const withTitles = new Set(testTitles().map(({ file }) => file))
  expect(testFiles().filter((file) => !withTitles.has(file))).toEqual([])
  expect(withTitles.size).toBeGreaterThan(200)
})
