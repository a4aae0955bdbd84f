import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { kubernetesVersion } from './build-program.ts'
import { GoMissingError } from './go-toolchain.ts'
import { kubernetesProgram, programFolder, userCacheFolder } from './program.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-program-test-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** Puts a `go` of ours first on the PATH: it says its version, and "builds" by running `build`. */
async function fakeGo(version: string, build: string): Promise<void> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  const script = `#!/bin/sh
if [ "$1" = env ]; then echo go${version}; exit; fi
while [ "$1" != -o ]; do shift; done
${build}
`
  await writeFile(join(bin, 'go'), script)
  await chmod(join(bin, 'go'), 0o755)
  vi.stubEnv('PATH', `${bin}${delimiter}${process.env.PATH}`)
}

describe('kubernetesProgram', () => {
  it('builds once and is found from then on', async () => {
    await fakeGo('1.26.8', `echo built > "$2"; echo once >> "${join(folder, 'builds')}"`)
    const cacheFolder = join(folder, 'cache')
    const [first, second] = await Promise.all([kubernetesProgram({ cacheFolder }), kubernetesProgram({ cacheFolder })])
    expect(first).toBe(second)
    vi.stubEnv('PATH', '')
    expect(await kubernetesProgram({ cacheFolder })).toBe(first)
    expect((await readdir(folder)).includes('builds')).toBe(true)
    expect(await readdir(join(first, '..'))).toEqual(['kubernetes'])
  })

  it('keeps nothing of a build that failed, and ends its error with what go said', async () => {
    await fakeGo('1.26.8', 'echo half > "$2"; echo "main.go:1: no" >&2; exit 1')
    const cacheFolder = join(folder, 'cache')
    await expect(kubernetesProgram({ cacheFolder })).rejects.toThrow(/exit code 1.*\n.*main\.go:1: no/)
    const [build = ''] = (await readdir(cacheFolder)).filter((name) => name.startsWith('kubernetes-'))
    expect(await readdir(join(cacheFolder, build))).toEqual([])
  })

  it('removes builds that nobody used for a month', async () => {
    const cacheFolder = join(folder, 'cache')
    for (const [name, age] of [
      ['kubernetes-00000000000000aa', 40],
      ['kubernetes-00000000000000bb', 2],
    ] as const) {
      const program = join(cacheFolder, name, 'kubernetes')
      await mkdir(join(program, '..'), { recursive: true })
      await writeFile(program, '')
      const usedAt = new Date(Date.now() - age * 24 * 60 * 60 * 1000)
      await utimes(program, usedAt, usedAt)
    }
    await fakeGo('1.26.8', 'echo built > "$2"')
    await kubernetesProgram({ cacheFolder })
    const names = await readdir(cacheFolder)
    expect(names).not.toContain('kubernetes-00000000000000aa')
    expect(names).toContain('kubernetes-00000000000000bb')
  })

  it('says what to install when Go is missing', async () => {
    vi.stubEnv('PATH', '')
    const build = kubernetesProgram({ cacheFolder: join(folder, 'cache') })
    await expect(build).rejects.toThrow(GoMissingError)
    await expect(build).rejects.toThrow(/^go is not on the PATH: install Go 1\.26/)
  })

  it('says what to install when Go is too old', async () => {
    await fakeGo('1.25.3', 'exit 1')
    const build = kubernetesProgram({ cacheFolder: join(folder, 'cache') })
    await expect(build).rejects.toThrow(/^go 1\.25\.3 is too old: install Go 1\.26/)
  })
})

describe('the Go program', () => {
  it('says it is the version that its sources are', async () => {
    const goMod = await readFile(join(programFolder, 'go.mod'), 'utf8')
    expect(goMod).toContain(`\tk8s.io/kubernetes ${kubernetesVersion}\n`)
    const replaced = goMod.match(/(?<=^\tk8s\.io\/\S+ => k8s\.io\/\S+ )\S+$/gm)
    expect(new Set(replaced)).toEqual(new Set([kubernetesVersion.replace('v1.', 'v0.')]))
  })
})

describe('userCacheFolder', () => {
  it.each([
    [{ XDG_CACHE_HOME: '/c', HOME: '/h' }, '/c/davit'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/h' }, '/h/.cache/davit'],
    [{ XDG_CACHE_HOME: '', HOME: '/h' }, '/h/.cache/davit'],
    [{ HOME: '/h' }, '/h/.cache/davit'],
    [{}, join(homedir(), '.cache', 'davit')],
  ])('%j: %s', (env, expected) => {
    expect(userCacheFolder(env)).toBe(expected)
  })
})
