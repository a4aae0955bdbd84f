import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { componentArguments, kubeletNodeArguments } from './component-arguments.ts'
import { layoutIn, sourceFile } from './layout.ts'

const ports = { apiServer: 1001, etcd: 1002, etcdPeer: 1003, kwok: 1004, kubelet: 1005 }
const argumentsOf = componentArguments(layoutIn('/state'), ports)
const ofKubeletNode = kubeletNodeArguments(layoutIn('/state'), { images: '/images', hostAddress: '10.213.0.1' })

describe('componentArguments', () => {
  it.each(Object.entries({ ...argumentsOf, ...ofKubeletNode }))('%s names no address but 127.0.0.1', (_, given) => {
    // What pods and services would have, and what pods call this machine: nothing of ours listens there.
    const ranges = /--cidr=10\.64\.0\.1\/12|--service-cluster-ip-range=10\.0\.0\.0\/24|--node-ip=10\.213\.0\.1/
    const addresses = given
      .filter((argument) => !ranges.test(argument))
      .flatMap((argument) => argument.match(/\d+\.\d+\.\d+\.\d+/g) ?? [])
    expect(addresses.filter((address) => address !== '127.0.0.1')).toEqual([])
  })

  it('gives every kwok file of ours to kwok', () => {
    const given = argumentsOf.kwok
      .filter((argument) => argument.startsWith('--config='))
      .map((argument) => argument.slice(9))
    const ours = readdirSync(sourceFile('kwok')).filter((name) => name.endsWith('.yaml'))
    expect(given.toSorted()).toEqual(ours.map((name) => sourceFile(`kwok/${name}`)).toSorted())
  })

  it('logs audit events before the answer goes out', () => {
    expect(argumentsOf['kube-apiserver']).toContain('--audit-log-mode=blocking')
  })
})
