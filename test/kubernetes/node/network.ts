import { networkInterfaces } from 'node:os'
import { runCommand } from './run-command.ts'

/** The addresses of a kubelet's machine and of its pods: one network of 254. */
export interface NodeNetwork {
  /** The real machine's address in it: what pods reach it by. */
  readonly hostAddress: string
  readonly nodeAddress: string
  readonly firstPodAddress: string
  readonly subnet: string
}

/** 10.213.NUMBER.0/24. */
export function nodeNetwork(number: number): NodeNetwork {
  const address = (last: number) => `10.213.${number}.${last}`
  return {
    hostAddress: address(1),
    nodeAddress: address(2),
    firstPodAddress: address(10),
    subnet: `${address(0)}/24`,
  }
}

/**
 * Connects the network namespace of a process with the real machine by a pair of interfaces: `davitN` here, in a bridge
 * called `pods` there. Both ends go when the namespace does.
 *
 * @throws Error when each of the networks is taken
 */
export async function connectNetwork(pid: number): Promise<NodeNetwork> {
  for (const number of freeNumbers(Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []))) {
    // The name is the claim: of several who want it the kernel lets one have it.
    const add = ['ip', 'link', 'add', `davit${number}`, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', String(pid)]
    try {
      await runCommand(add)
    } catch (error) {
      if (error instanceof Error && error.message.includes('File exists')) continue
      throw error
    }
    const network = nodeNetwork(number)
    await runCommand(
      ['ip', '-batch', '-'],
      `addr add ${network.hostAddress}/24 dev davit${number}
link set davit${number} up
`,
    )
    await runCommand(
      ['nsenter', `--target=${pid}`, '--net', 'ip', '-batch', '-'],
      `link set lo up
link add pods type bridge
link set uplink master pods up
addr add ${network.nodeAddress}/24 dev pods
link set pods up
`,
    )
    return network
  }
  throw new Error('no network for the node kubelet: each of 10.213.0.0/24 to 10.213.255.0/24 is taken on this machine')
}

interface Address {
  readonly address: string
  readonly netmask: string
}

/** The numbers of the networks that share no address with these. */
export function freeNumbers(taken: readonly Address[]): number[] {
  const numbers = Array.from({ length: 256 }, (_, number) => number)
  const v4 = taken.filter(({ address }) => address.includes('.'))
  return numbers.filter((number) => {
    const ours = toNumber(nodeNetwork(number).hostAddress)
    return !v4.some(({ address, netmask }) => {
      const mask = toNumber(netmask) & toNumber('255.255.255.0')
      return (toNumber(address) & mask) === (ours & mask)
    })
  })
}

function toNumber(address: string): number {
  return address.split('.').reduce((number, part) => (number << 8) | Number(part), 0)
}
