import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Layout, layoutIn } from './layout.ts'
import { claimFolder, ownerOf, releaseFolder } from './ownership.ts'
import { identifyProcess } from './process-identity.ts'
import { removeAbandoned } from './remove-abandoned.ts'

let folder: string
let layout: Layout
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-ownership-test-'))
  layout = layoutIn(folder)
})
afterEach(async () => await rm(folder, { recursive: true }))

describe('a state folder', () => {
  it('is claimed, known, and released', async () => {
    const owner = identifyProcess(process.pid)
    await claimFolder(layout, owner)
    expect(await ownerOf(layout)).toEqual(owner)
    await writeFile(layout.kubeconfig, 'x')
    await writeFile(join(folder, 'notes.txt'), 'the user’s own')
    await releaseFolder(layout)
    expect(await readdir(folder)).toEqual(['notes.txt'])
  })

  it.each(['data', 'kubeconfig', 'state.json'])('is refused when it has a %s that is not ours', async (name) => {
    await writeFile(join(folder, name), 'precious')
    await expect(claimFolder(layout, null)).rejects.toThrow(new RegExp(`${name} is in the way and not ours`))
    await releaseFolder(layout)
    expect(await readFile(join(folder, name), 'utf8')).toBe('precious')
  })
})

describe('removeAbandoned', () => {
  it('removes what a dead owner left, and nothing else', async () => {
    const cluster = async (name: string, owner: Parameters<typeof claimFolder>[1]) => {
      await claimFolder(layoutIn(join(folder, name)), owner)
    }
    await cluster('davit-kubernetes-dead', { pid: 2 ** 30, startedAt: '1' })
    await cluster('davit-kubernetes-alive', identifyProcess(process.pid))
    await cluster('davit-kubernetes-kept', null)
    await cluster('another-name', { pid: 2 ** 30, startedAt: '1' })
    await mkdir(join(folder, 'davit-kubernetes-unclaimed'))
    await removeAbandoned(folder)
    expect((await readdir(folder)).toSorted()).toEqual([
      'another-name',
      'davit-kubernetes-alive',
      'davit-kubernetes-kept',
      'davit-kubernetes-unclaimed',
    ])
  })
})
