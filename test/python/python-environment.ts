import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { removeUnusedBuilds, useBuild } from '../kubernetes/build-cache.ts'
import { acquireLock } from '../kubernetes/exclusive-lock.ts'
import { type ProgramOptions, userCacheFolder } from '../kubernetes/program.ts'
import { findPython } from './find-python.ts'

/** What a virtual environment is made of. */
export interface PythonPackages {
  /** Of its folder in the cache: `NAME-HASH`. */
  readonly name: string
  /** How people call it. */
  readonly what: string
  /** The file that pins every package, with hashes. */
  readonly requirements: URL
}

/** Kubernetes' Python client. */
export const pythonClient: PythonPackages = {
  name: 'python',
  what: 'the Python client',
  requirements: new URL('requirements.txt', import.meta.url),
}

/**
 * The path of a Python that has these packages: of a virtual environment, which is made first if nobody has
 * made it yet. Packages come from wherever the machine's pip is told to take them, and their hashes are compared.
 *
 * @throws PythonMissingError when there is no Python to make it with; Error with what pip said when it fails
 */
export async function pythonEnvironment(
  { name, what, requirements }: PythonPackages,
  options: ProgramOptions = {},
): Promise<string> {
  const { cacheFolder = userCacheFolder(process.env), onProgress, signal } = options
  const python = await findPython()
  const hash = createHash('sha256')
    .update(`${python.path}\n${python.version}\n`)
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 16)
  const folder = join(cacheFolder, `${name}-${hash}`)
  const inFolder = join(folder, 'bin', 'python')
  const finished = join(folder, 'finished')
  if (await useBuild(finished)) return inFolder

  await mkdir(cacheFolder, { recursive: true })
  using _lock = await acquireLock(join(cacheFolder, `${name}.lock`), {
    onWait: () => onProgress?.(`waiting for another installation of ${what}`),
    signal,
  })
  if (await useBuild(finished)) return inFolder

  await removeUnusedBuilds(cacheFolder, name, 'finished')
  onProgress?.(`installing ${what}: a minute the first time, then never again`)
  // Not elsewhere and then moved: its programs name their place.
  try {
    await run(python.path, ['-m', 'venv', '--clear', folder], signal)
    await run(
      inFolder,
      ['-m', 'pip', 'install', '--no-deps', '--require-hashes', '--requirement', fileURLToPath(requirements)],
      signal,
    )
    await writeFile(finished, '')
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return inFolder
}

async function run(program: string, args: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  try {
    await promisify(execFile)(program, args, { signal, env: { ...process.env, PIP_NO_INPUT: '1' } })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    const end = `${stdout}${stderr}`.trimEnd().split('\n').slice(-15).join('\n')
    throw new Error(`${program} ${args.join(' ')} failed:\n${end}`, { cause: error })
  }
}
