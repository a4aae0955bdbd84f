import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { userEnvironment } from './user-environment.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Builds what is published of the checkout. */
export async function buildPackages(signal: AbortSignal): Promise<void> {
  const script = join(root, 'scripts/build.ts')
  await promisify(execFile)(process.execPath, [script], { cwd: root, signal })
}

/** Packs what was built, as it is published. @returns the archives */
export async function packPackages(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true })
  const args = ['pack', '--workspaces', '--silent', '--pack-destination', folder]
  await promisify(execFile)('npm', args, { cwd: root, env: userEnvironment(), signal })
  return (await readdir(folder)).filter((file) => file.endsWith('.tgz')).map((file) => join(folder, file))
}
