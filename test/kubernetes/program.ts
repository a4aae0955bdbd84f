import { mkdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeUnusedBuilds, useBuild } from './build-cache.ts'
import { buildInputs, buildProgram } from './build-program.ts'
import { acquireLock } from './exclusive-lock.ts'
import { requireGo } from './go-toolchain.ts'
import { programHash } from './program-hash.ts'

/** The folder of the Go program's sources. */
export const programFolder = fileURLToPath(new URL('program', import.meta.url))

export interface ProgramOptions {
  /** Where builds are kept. @default `davit` in the user's cache folder */
  readonly cacheFolder?: string | undefined
  readonly onProgress?: ((line: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The path of the built program, which is built first if nobody has built these sources yet.
 *
 * Builds are kept by content, for all clones of one user together; at most one is under way at a time.
 *
 * @throws GoMissingError when it must be built and Go is missing or too old; Error with the end of go's
 * output when the build fails
 */
export async function kubernetesProgram(options: ProgramOptions = {}): Promise<string> {
  const { cacheFolder = userCacheFolder(process.env), onProgress, signal } = options
  const folder = join(cacheFolder, `kubernetes-${await programHash(programFolder, buildInputs)}`)
  const program = join(folder, 'kubernetes')
  if (await useBuild(program)) return program

  await mkdir(folder, { recursive: true })
  using _lock = await acquireLock(join(cacheFolder, 'kubernetes.lock'), {
    onWait: () => onProgress?.('waiting for another build of the test Kubernetes'),
    signal,
  })
  if (await useBuild(program)) return program

  await requireGo(programFolder)
  await removeUnusedBuilds(cacheFolder, 'kubernetes', 'kubernetes')
  onProgress?.('building the test Kubernetes: about ten minutes the first time, then never again')
  const unfinished = join(folder, 'kubernetes.unfinished')
  try {
    await buildProgram({ folder: programFolder, output: unfinished, signal })
    await rename(unfinished, program)
  } finally {
    await rm(unfinished, { force: true })
  }
  return program
}

/** `davit` in the cache folder of the XDG base directory rules, which ignore a relative XDG_CACHE_HOME. */
export function userCacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const named = env.XDG_CACHE_HOME
  return join(named !== undefined && isAbsolute(named) ? named : join(env.HOME || homedir(), '.cache'), 'davit')
}
