import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { programHash } from './program-hash.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-hash-test-'))
  await writeFile(join(folder, 'go.mod'), 'module m\n')
  await writeFile(join(folder, 'main.go'), 'package main\n')
})
afterEach(async () => await rm(folder, { recursive: true }))

describe('programHash', () => {
  it('is the same for the same content', async () => {
    const first = await programHash(folder, ['-trimpath'])
    expect(first).toMatch(/^[0-9a-f]{16}$/)
    expect(await programHash(folder, ['-trimpath'])).toBe(first)
  })

  it.each([
    ['a source changes', 'main.go', 'package main // changed\n'],
    ['a source is added', 'more.go', 'package main\n'],
    ['a dependency changes', 'go.sum', 'x v1 h1:y\n'],
  ])('changes when %s', async (_, file, text) => {
    const before = await programHash(folder, [])
    await writeFile(join(folder, file), text)
    expect(await programHash(folder, [])).not.toBe(before)
  })

  it('changes with the flags', async () => {
    expect(await programHash(folder, ['-a', 'b'])).not.toBe(await programHash(folder, ['-ab']))
  })

  it('does not look at other files', async () => {
    const before = await programHash(folder, [])
    await writeFile(join(folder, 'README.md'), 'text\n')
    expect(await programHash(folder, [])).toBe(before)
  })
})
