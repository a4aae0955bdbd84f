import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { airflowPackages } from '../../bench/airflow/airflow-packages.ts'
import { PythonMissingError } from './find-python.ts'
import { pythonClient, pythonEnvironment } from './python-environment.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-python-test-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** Puts a `python3` of ours first on the PATH: it says its version, "makes" environments, and "installs" by running `pip`. */
async function fakePython({ version = '3.11.2', ask = 'true', pip = 'true' } = {}): Promise<void> {
  const bin = join(folder, 'bin')
  const python = join(bin, 'python3')
  await mkdir(bin)
  await writeFile(
    python,
    `#!/bin/sh
case "$1 $2" in
  -c*) ${ask} || exit 1; echo ${python}; echo ${version} ;;
  "-m venv") mkdir -p "$4/bin"; cp ${python} "$4/bin/python" ;;
  "-m pip") echo "$@" >> ${join(folder, 'installed')}; ${pip} ;;
esac
`,
  )
  await chmod(python, 0o755)
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env.PATH}`)
}

describe('pythonEnvironment', () => {
  it('is made once and found from then on', async () => {
    await fakePython()
    const cacheFolder = join(folder, 'cache')
    const environments = await Promise.all([
      pythonEnvironment(pythonClient, { cacheFolder }),
      pythonEnvironment(pythonClient, { cacheFolder }),
    ])
    expect(new Set([...environments, await pythonEnvironment(pythonClient, { cacheFolder })]).size).toBe(1)
    const installed = await readFile(join(folder, 'installed'), 'utf8')
    expect(installed).toMatch(/^-m pip install --no-deps --require-hashes --requirement \S+\/requirements\.txt\n$/)
  })

  it('keeps nothing when it fails, and ends its error with what pip said', async () => {
    await fakePython({ pip: 'echo "no matching distribution" >&2; exit 1' })
    const cacheFolder = join(folder, 'cache')
    await expect(pythonEnvironment(pythonClient, { cacheFolder })).rejects.toThrow(
      / failed:\nno matching distribution$/,
    )
    expect((await readdir(cacheFolder)).filter((name) => name.startsWith('python-'))).toEqual([])
  })

  it.for([
    [{ version: '3.10.12' }, /^python3 3\.10\.12 is too old: install Python 3\.11 or newer/],
    [{ ask: 'false' }, /^python3 cannot make virtual environments: install .*python3-venv/],
  ] as const)('says what to install: %j', async ([python, message]) => {
    await fakePython(python)
    const environment = pythonEnvironment(pythonClient, { cacheFolder: join(folder, 'cache') })
    await expect(environment).rejects.toThrow(PythonMissingError)
    await expect(environment).rejects.toThrow(message)
  })

  it('says what to install when there is no Python', async () => {
    vi.stubEnv('PATH', '')
    const environment = pythonEnvironment(pythonClient, { cacheFolder: join(folder, 'cache') })
    await expect(environment).rejects.toThrow(/^python3 is not on the PATH: install Python 3\.11 or newer/)
  })
})

describe('the requirements', () => {
  it.for([pythonClient, airflowPackages])(
    'of $what pin what was asked for, and every other with hashes',
    async (packages) => {
      const read = (name: string) => readFile(new URL(name, packages.requirements), 'utf8')
      const asked = (await read('requirements.in')).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
      const pinned = [...(await read('requirements.txt')).matchAll(/^([\w-]+==\S+) \\\n {4}--hash=sha256:/gm)]
      expect(pinned.map(([, requirement]) => requirement)).toEqual(expect.arrayContaining(asked))
      const names = [...(await read('requirements.txt')).matchAll(/^[a-z]/gm)]
      expect(pinned).toHaveLength(names.length)
    },
  )
})
