import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readState, type State, writeState } from './state-file.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-state-test-'))
  file = join(folder, 'state.json')
})
afterEach(async () => await rm(folder, { recursive: true }))

const state: State = {
  url: 'https://127.0.0.1:1001',
  etcdUrl: 'http://127.0.0.1:1002',
  program: '/cache/kubernetes',
  processes: { etcd: { pid: 7, startedAt: '123' } },
  hostAddress: '10.213.0.1',
}

describe('the state file', () => {
  it('gives back what was written, to its owner alone', async () => {
    await writeState(file, state)
    expect(await readState(file)).toEqual(state)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['state.json'])
  })

  it('is null when there is none', async () => {
    expect(await readState(file)).toBeNull()
  })

  it.each([
    'half a {',
    '[]',
    'null',
    JSON.stringify({ ...state, url: 1 }),
    JSON.stringify({ ...state, processes: { etcd: { pid: '7', startedAt: '123' } } }),
  ])('is refused when it holds %s', async (text) => {
    await writeFile(file, text)
    await expect(readState(file)).rejects.toThrow(/state\.json is not the state of a test Kubernetes/)
  })
})
