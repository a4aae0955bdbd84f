import { createHash } from 'node:crypto'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { resolveFiles } from '../../src/dag/resolve-files.ts'
import { tempFolder } from '../support/temp-folder.ts'

it('gives matches in the order of the patterns, sorted within each, once each, with their content’s hash', async () => {
  const folder = tempFolder({
    'dags/data/b.csv': 'b',
    'dags/data/a.csv': 'aa',
    'dags/data/deep/c.csv': '',
    'x.json': '1',
  })
  symlinkSync(join(folder, 'x.json'), join(folder, 'dags', 'link.json'))
  const { files, problems } = await resolveFiles(join(folder, 'dags'), [
    '../x.json',
    'data/b.csv',
    '**/*.csv',
    '*.json',
  ])
  expect(problems).toEqual([])
  expect(files.map(({ path }) => path)).toEqual([
    '../x.json',
    'data/b.csv',
    'data/a.csv',
    'data/deep/c.csv',
    'link.json',
  ])
  expect(files[2]).toEqual({
    path: 'data/a.csv',
    absolutePath: join(folder, 'dags/data/a.csv'),
    hash: createHash('sha256').update('aa').digest('hex'),
    size: 2,
  })
})

it('reports each pattern that matches no file', async () => {
  const folder = tempFolder({ 'data/a.csv': '' })
  const { problems } = await resolveFiles(folder, ['data', 'data/*.csv', 'nope.txt'])
  expect(problems).toEqual([
    { path: ['files', 0], message: 'no file matches "data"', hint: `patterns are relative to ${folder}` },
    { path: ['files', 2], message: 'no file matches "nope.txt"', hint: `patterns are relative to ${folder}` },
  ])
})
