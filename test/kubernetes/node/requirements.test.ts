import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findProgram, missingNodePackages } from './requirements.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-requirements-test-'))
})
afterEach(async () => await rm(folder, { recursive: true }))

async function install(...programs: string[]): Promise<void> {
  for (const name of programs) {
    await writeFile(join(folder, name), '')
    await chmod(join(folder, name), 0o755)
  }
}

describe('missingNodePackages', () => {
  it('names the package of each program that is not on the PATH, once', async () => {
    const plugins = join(folder, 'bridge')
    const missing = () => missingNodePackages({ path: folder, plugin: plugins })
    expect(missing()).toEqual([
      'busybox-static',
      'containerd',
      'containernetworking-plugins',
      'iproute2',
      'runc',
      'util-linux',
    ])
    await install('busybox', 'containerd', 'ip', 'unshare')
    expect(missing()).toEqual(['containernetworking-plugins', 'runc', 'util-linux'])
    await install('runc', 'nsenter', 'bridge')
    expect(missing()).toEqual([])
  })
})

describe('findProgram', () => {
  it('finds what may be run, and nothing else', async () => {
    await install('tool')
    await writeFile(join(folder, 'text'), '')
    expect(findProgram('tool', `/nowhere:${folder}`)).toBe(join(folder, 'tool'))
    expect(findProgram('text', folder)).toBeNull()
    expect(findProgram('tool', '')).toBeNull()
  })
})
