import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { diskUsage } from '../installed/disk-usage.ts'
import { importCost } from '../installed/import-cost.ts'
import { installProject } from '../installed/install-project.ts'

it('counts the blocks of all files and folders', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'bench-disk-'))
  await mkdir(join(folder.path, 'deep/deeper'), { recursive: true })
  const before = await diskUsage(folder.path)
  await writeFile(join(folder.path, 'deep/deeper/file'), 'x'.repeat(1_000_000))
  const added = (await diskUsage(folder.path)) - before
  expect(added).toBeGreaterThanOrEqual(1_000_000)
  expect(added).toBeLessThan(1_100_000)
})

it('measures the import of a package that a project has', async () => {
  await using project = await installProject([], new AbortController().signal)
  const folder = join(project.path, 'node_modules/slow')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "name": "slow", "type": "module", "exports": "./index.js" }')
  await writeFile(
    join(folder, 'index.js'),
    'export const kept = new Uint8Array(64 * 2 ** 20).fill(1)\nconst end = performance.now() + 100\nwhile (performance.now() < end);',
  )
  const bare = await importCost(null, project.path, 1)
  const slow = await importCost('slow', project.path, 1)
  expect(slow.wallMs).toBeGreaterThanOrEqual(100)
  expect(slow.cpuMs).toBeGreaterThan(bare.cpuMs)
  expect(slow.processMs).toBeGreaterThan(slow.wallMs)
  expect(slow.residentBytes - bare.residentBytes).toBeGreaterThan(50 * 2 ** 20)
})
