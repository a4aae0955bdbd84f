import { describe, expect, it } from 'vitest'
import { freeNumbers, nodeNetwork } from './network.ts'

describe('nodeNetwork', () => {
  it('is one of 256 networks, with this machine at its first address', () => {
    expect(nodeNetwork(7)).toEqual({
      hostAddress: '10.213.7.1',
      nodeAddress: '10.213.7.2',
      firstPodAddress: '10.213.7.10',
      subnet: '10.213.7.0/24',
    })
  })
})

describe('freeNumbers', () => {
  const all = Array.from({ length: 256 }, (_, number) => number)

  it('has all where nothing is near', () => {
    const taken = [
      { address: '127.0.0.1', netmask: '255.0.0.0' },
      { address: '10.88.0.1', netmask: '255.255.0.0' },
      { address: 'fe80::1', netmask: 'ffff:ffff:ffff:ffff::' },
    ]
    expect(freeNumbers(taken)).toEqual(all)
  })

  it('leaves out the networks that interfaces are in, however large or small those are', () => {
    const without = (address: string, netmask: string) => freeNumbers([{ address, netmask }])
    expect(without('10.213.0.1', '255.255.255.0')).toEqual(all.slice(1))
    expect(without('10.213.1.200', '255.255.255.252')).toEqual(all.filter((number) => number !== 1))
    expect(without('10.213.128.1', '255.255.128.0')).toEqual(all.slice(0, 128))
    expect(without('10.1.2.3', '255.0.0.0')).toEqual([])
  })
})
