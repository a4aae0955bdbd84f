import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { filled, writeConfigFiles } from './config-files.ts'
import { nodeNetwork } from './network.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-config-test-'))
})
afterEach(async () => await rm(folder, { recursive: true }))

describe('writeConfigFiles', () => {
  it('writes each file with its values', async () => {
    const values = {
      cgroup: 'davit-1',
      kubeletPort: '1005',
      clientAuthority: '/data/client.crt',
      snapshotter: 'native',
    }
    await writeConfigFiles(folder, { ...nodeNetwork(7), ...values })
    expect((await readdir(folder, { recursive: true })).toSorted()).toEqual([
      'cni',
      'cni/pods.conflist',
      'containerd.toml',
      'kubelet.yaml',
      'registries',
      'registries/_default',
      'registries/_default/hosts.toml',
    ])
    const read = (name: string) => readFile(join(folder, name), 'utf8')
    expect(JSON.parse(await read('cni/pods.conflist'))).toMatchObject({
      plugins: [{ ipam: { ranges: [[{ subnet: '10.213.7.0/24', gateway: '10.213.7.1' }]] } }],
    })
    // Nobody but the API server is let in, from no other machine.
    expect(parse(await read('kubelet.yaml'))).toMatchObject({
      address: '127.0.0.1',
      port: 1005,
      authentication: { anonymous: { enabled: false }, x509: { clientCAFile: '/data/client.crt' } },
      cgroupRoot: '/davit-1',
    })
  })
})

describe('filled', () => {
  it('puts values in the place of their names', () => {
    expect(filled('a {{b}} {{b}} {c}', { b: '1' })).toBe('a 1 1 {c}')
  })

  it('refuses a name without a value', () => {
    expect(() => filled('{{b}}', {})).toThrow('there is no value for {{b}}')
  })
})
