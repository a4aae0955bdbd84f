import { execFile } from 'node:child_process'
import { arch, cpus, release, totalmem } from 'node:os'
import { promisify } from 'node:util'
import { kubernetesVersion } from '../test/kubernetes/build-program.ts'

/** Under what the figures came about. */
export interface Conditions {
  readonly command: string
  readonly runs: number
  readonly size: 'full' | 'quick'
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly kubernetes: string
}

export function conditionsOf(run: Pick<Conditions, 'command' | 'runs' | 'size'>): Conditions {
  const [first] = cpus()
  return {
    ...run,
    processor: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${arch()}`,
    node: process.version,
    kubernetes: kubernetesVersion,
  }
}

/** The checkout's commit, with `+` after it when files differ from it. */
export async function commitOfCheckout(): Promise<string> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)('git', args, { cwd: import.meta.dirname })).stdout.trim()
  try {
    const changes = await git('status', '--porcelain', '--untracked-files=no')
    return `${await git('rev-parse', '--short=12', 'HEAD')}${changes === '' ? '' : '+'}`
  } catch {
    return 'unknown'
  }
}
