import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { diskUsage } from '../installed/disk-usage.ts'
import { importCost } from '../installed/import-cost.ts'
import { installProject } from '../installed/install-project.ts'
import { buildPackages, packPackages } from '../installed/pack-packages.ts'
import { runCost } from '../installed/run-cost.ts'

const sizes = { full: { processes: 15, runs: 7 }, quick: { processes: 3, runs: 1 } } as const

/** B18: what the packages take of the disk, and how long it takes until they are at work. As installed from what is published. */
export const start: Benchmark = {
  name: 'B18',
  title: (size) =>
    `install, import (median of ${sizes[size].processes} processes) and run one container task (of ${sizes[size].runs} runs)`,
  metrics: [
    { name: 'installed MB', digits: 1 },
    { name: 'import ms', digits: 0 },
    { name: 'import CPU ms', digits: 0 },
    { name: 'whole process ms', digits: 0 },
    { name: 'RSS MiB', digits: 0 },
    { name: 'first davit run s' },
    { name: 'davit run s' },
  ],
  prepare: ({ signal }) => buildPackages(signal),
  onlyFull: ['client-node'],
  contenders: { davit, 'client-node': clientNode, 'bare Node': bareNode },
}

async function davit({ size, folder, signal }: BenchContext): Promise<Measures> {
  const archives = await packPackages(join(folder, 'packed'), signal)
  const executor = archives.filter((file) => file.includes('davit-executor-'))
  const library = await installed(executor, '@davit/executor', size, signal)
  await using program = await installProject(archives, signal)
  const { firstSeconds, seconds } = await runCost(program.path, sizes[size].runs)
  return { ...library, 'first davit run s': firstSeconds, 'davit run s': seconds }
}

async function clientNode({ size, signal }: BenchContext): Promise<Measures> {
  const name = '@kubernetes/client-node'
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  const { version } = JSON.parse(await readFile(manifest, 'utf8'))
  return await installed([`${name}@${version}`], name, size, signal)
}

async function bareNode({ size, signal }: BenchContext): Promise<Measures> {
  await using project = await installProject([], signal)
  return importMeasures(await importCost(null, project.path, sizes[size].processes))
}

async function installed(
  packages: readonly string[],
  name: string,
  size: BenchContext['size'],
  signal: AbortSignal,
): Promise<Measures> {
  await using project = await installProject(packages, signal)
  const bytes = await diskUsage(join(project.path, 'node_modules'))
  const cost = await importCost(name, project.path, sizes[size].processes)
  return { 'installed MB': bytes / 1e6, 'import ms': cost.wallMs, 'import CPU ms': cost.cpuMs, ...importMeasures(cost) }
}

function importMeasures({ processMs, residentBytes }: Awaited<ReturnType<typeof importCost>>): Measures {
  return { 'whole process ms': processMs, 'RSS MiB': residentBytes / 2 ** 20 }
}
