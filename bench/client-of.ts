import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BenchContext } from './benchmark.ts'
import type { ClientCommand } from './measuring/client-process.ts'

/** How a client of `clients/` is started, with the Node that runs this, from source. */
export function clientOf(
  script: string,
  parameters: object,
  { profile, folder }: Pick<BenchContext, 'profile' | 'folder'>,
): ClientCommand {
  const isDavit = script.startsWith('davit')
  return {
    command: [
      process.execPath,
      '--conditions=davit-source',
      '--disable-warning=ExperimentalWarning',
      ...(profile && isDavit ? ['--cpu-prof', `--cpu-prof-dir=${join(folder, 'profile')}`] : []),
      fileURLToPath(new URL(`clients/${script}.ts`, import.meta.url)),
    ],
    parameters,
  }
}
