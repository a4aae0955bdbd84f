import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { compareVersions } from '../kubernetes/go-toolchain.ts'

/** What the pinned packages run on. */
const oldestPython = '3.11'

const toInstall = `install Python ${oldestPython} or newer with its venv (Debian's python3 and python3-venv)`

/** Python is missing, too old, or cannot make virtual environments; the message says what to install. */
export class PythonMissingError extends Error {
  override readonly name = 'PythonMissingError'
}

/** The `python3` of the PATH. */
export interface Python {
  readonly path: string
  readonly version: string
}

/** @throws PythonMissingError */
export async function findPython(): Promise<Python> {
  // On Debian venv is there without its package, but ensurepip is not, and venv needs it.
  const script = 'import sys, platform, venv, ensurepip; print(sys.executable); print(platform.python_version())'
  let stdout: string
  try {
    stdout = (await promisify(execFile)('python3', ['-c', script])).stdout
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new PythonMissingError(`python3 is not on the PATH: ${toInstall}`)
    }
    throw new PythonMissingError(`python3 cannot make virtual environments: ${toInstall}`, { cause: error })
  }
  const [path = '', version = ''] = stdout.trim().split('\n')
  if (compareVersions(version, oldestPython) < 0) {
    throw new PythonMissingError(`python3 ${version} is too old: ${toInstall}`)
  }
  return { path, version }
}
