import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeImage, writeLayer } from './oci-image.ts'
import { runCommand } from './run-command.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-image-test-'))
})
afterEach(async () => await rm(folder, { recursive: true }))

const blob = async (digest: string) => await readFile(join(folder, 'blobs', digest))
const json = async (digest: string) => JSON.parse((await blob(digest)).toString())

// They are made with GNU tar.
const isLinux = process.platform === 'linux'

describe.runIf(isLinux)('an image', () => {
  it('is found by each of its names, and all in it by digest', async () => {
    const layer = await writeLayer(folder, (root) => writeFile(join(root, 'file'), 'text'))
    await writeImage(folder, {
      names: ['library/tool:1', 'library/tool:latest'],
      layers: [layer],
      command: ['sh'],
      env: ['A=1'],
    })
    const digest = await readFile(join(folder, 'tags/library/tool/1'), 'utf8')
    expect(await readFile(join(folder, 'tags/library/tool/latest'), 'utf8')).toBe(digest)
    const manifest = await json(digest)
    expect(manifest.layers).toEqual([layer])
    expect(await json(manifest.config.digest)).toMatchObject({
      os: 'linux',
      config: { Cmd: ['sh'], Env: [expect.stringMatching(/^PATH=/), 'A=1'] },
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    })
    for (const name of await readdir(join(folder, 'blobs'))) {
      expect(
        `sha256:${createHash('sha256')
          .update(await blob(name))
          .digest('hex')}`,
      ).toBe(name)
    }
  })
})

describe.runIf(isLinux)('a layer', () => {
  it('is the same for the same files, whenever they were written, and they are root’s', async () => {
    const fill = (time: number) => async (root: string) => {
      for (const name of ['b', 'a']) await writeFile(join(root, name), name)
      await utimes(join(root, 'a'), time, time)
    }
    const layer = await writeLayer(folder, fill(1_000))
    expect(await writeLayer(folder, fill(2_000))).toEqual(layer)
    const listed = await runCommand(['tar', '--numeric-owner', '-tvf', join(folder, 'blobs', layer.digest)])
    expect(
      listed
        .trim()
        .split('\n')
        .map((line) => line.split(/\s+/)[1]),
    ).toEqual(['0/0', '0/0', '0/0'])
    expect(await readdir(folder)).toEqual(['blobs'])
  })
})
