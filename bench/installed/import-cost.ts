import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { spreadOf } from '../statistics.ts'
import { userEnvironment } from './user-environment.ts'

export interface ImportCost {
  /** From before the import until the module is there. */
  readonly wallMs: number
  readonly cpuMs: number
  /** Of the process, afterwards. */
  readonly residentBytes: number
  /** Of the whole process, from its start to its end. */
  readonly processMs: number
}

/**
 * What it costs a process to import a package and do nothing else: medians of as many processes.
 *
 * @param name null: nothing is imported, which is what Node itself costs
 * @param folder from where the package is found
 */
export async function importCost(name: string | null, folder: string, processes: number): Promise<ImportCost> {
  const costs: ImportCost[] = []
  for (let count = 0; count < processes; count += 1) costs.push(await importOnce(name, folder))
  const medianOf = (part: keyof ImportCost) => spreadOf(costs.map((cost) => cost[part])).median
  return {
    wallMs: medianOf('wallMs'),
    cpuMs: medianOf('cpuMs'),
    residentBytes: medianOf('residentBytes'),
    processMs: medianOf('processMs'),
  }
}

async function importOnce(name: string | null, folder: string): Promise<ImportCost> {
  const program = `
    const before = process.cpuUsage()
    const startedAt = performance.now()
    ${name === null ? '' : `await import(${JSON.stringify(name)})`}
    const wallMs = performance.now() - startedAt
    const { user, system } = process.cpuUsage(before)
    console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, residentBytes: process.memoryUsage.rss() }))`
  const startedAt = performance.now()
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: folder,
    env: userEnvironment(),
  })
  return { ...JSON.parse(stdout), processMs: performance.now() - startedAt }
}
