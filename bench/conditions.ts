import { execFile } from 'node:child_process'
import { arch, cpus, release, totalmem } from 'node:os'
import { promisify } from 'node:util'
import { kubernetesVersion } from '../test/kubernetes/build-program.ts'

/** Under what the figures of a benchmark came about. */
export interface Conditions {
  /** When it began, in ISO 8601. */
  readonly date: string
  readonly commit: string
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly kubernetes: string
}

export async function conditionsOf(now: Date): Promise<Conditions> {
  const [first] = cpus()
  return {
    date: now.toISOString(),
    commit: await commitOfCheckout(),
    processor: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${arch()}`,
    node: process.version,
    kubernetes: kubernetesVersion,
  }
}

/** The figures themselves change while they are measured. */
const WHAT_COUNTS = [':/', ':(top,exclude)bench/figures.json']

/** With `+` after it when files differ from it. */
async function commitOfCheckout(): Promise<string> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', args, { cwd: import.meta.dirname })).stdout.trim()
  try {
    const changes = await git('status', '--porcelain', '--untracked-files=no', '--', ...WHAT_COUNTS)
    return `${await git('rev-parse', '--short=12', 'HEAD')}${changes === '' ? '' : '+'}`
  } catch {
    return 'unknown'
  }
}
