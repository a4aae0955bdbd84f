import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Go is missing or too old: the message says what to install. */
export class GoMissingError extends Error {
  override readonly name = 'GoMissingError'
}

/**
 * Makes sure that the `go` of the PATH is as new as the program's `go.mod` asks.
 *
 * @throws GoMissingError
 */
export async function requireGo(programFolder: string): Promise<void> {
  const wanted = goDirective(await readFile(join(programFolder, 'go.mod'), 'utf8'))
  const found = await installedGo()
  if (found === null) {
    throw new GoMissingError(`go is not on the PATH: install Go ${wanted} or newer; it builds the test Kubernetes`)
  }
  if (compareVersions(found, wanted) < 0) {
    throw new GoMissingError(`go ${found} is too old: install Go ${wanted} or newer; it builds the test Kubernetes`)
  }
}

async function installedGo(): Promise<string | null> {
  try {
    // GOTOOLCHAIN=local: the version that is here, not one that go would fetch for itself.
    const env = { ...process.env, GOTOOLCHAIN: 'local' }
    const { stdout } = await promisify(execFile)('go', ['env', 'GOVERSION'], { env })
    return stdout.trim().replace(/^go/, '')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error('cannot ask go for its version', { cause: error })
  }
}

/** The version that a `go.mod` asks for, without its "go". */
export function goDirective(goMod: string): string {
  const version = /^go\s+(\S+)$/m.exec(goMod)?.[1]
  if (version === undefined) throw new Error('go.mod has no go directive')
  return version
}

/** Negative, zero or positive, as the first version is older, equal or newer; what follows the numbers is ignored. */
export function compareVersions(first: string, second: string): number {
  const numbers = (version: string) => (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number)
  const [a, b] = [numbers(first), numbers(second)]
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
