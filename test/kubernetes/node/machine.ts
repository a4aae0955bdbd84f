import { existsSync } from 'node:fs'
import { mkdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { ComponentProcess } from '../component-process.ts'
import { type Layout, sourceFile } from '../layout.ts'
import { type ReadyOptions, waitForComponent } from '../wait-for-component.ts'
import { cgroupName, createCgroups } from './cgroups.ts'
import { writeConfigFiles } from './config-files.ts'
import { connectNetwork, type NodeNetwork } from './network.ts'

/** Namespaces of the kernel that are a machine for one kubelet. They end with the part `node`. */
export interface Machine {
  readonly network: NodeNetwork
  /**
   * Runs a command in it: in the mounts and among the processes of this machine, and in its network unless that is the
   * real machine's. It forks.
   */
  command(network: 'own' | 'host', command: readonly string[]): string[]
  /** Waits for a file in it that one of its parts makes. */
  waitForFile(name: 'containerd', path: string, options: ReadyOptions): Promise<void>
}

export interface MachineOptions {
  readonly layout: Layout
  readonly program: string
  readonly kubeletPort: number
  readonly start: (name: 'node', forkingCommand: readonly string[]) => Promise<ComponentProcess>
  readonly ready: () => ReadyOptions
}

/** Boots the machine, connects its network, and writes the configuration of what will run on it. */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { layout, program, kubeletPort, start, ready } = options
  const cgroup = cgroupName(layout.folder)
  await createCgroups(cgroup)
  await mkdir(layout.node, { recursive: true })
  const boot = ['sh', sourceFile('node/boot.sh'), layout.node, program]
  const node = await start('node', [
    'unshare',
    '--mount',
    '--mount-proc',
    '--pid',
    '--net',
    '--fork',
    // Whatever ends unshare ends the machine.
    '--kill-child',
    '--',
    ...boot,
  ])
  await waitForComponent('the machine of the kubelet', 'node', ready(), () => existsSync(join(layout.node, 'booted')))
  const { pid } = node.identity
  const network = await connectNetwork(pid)
  await writeConfigFiles(layout.node, {
    ...network,
    cgroup,
    kubeletPort: String(kubeletPort),
    snapshotter: await snapshotter(layout.node),
    clientAuthority: layout.kubeletClientCertificate,
  })
  return {
    network,
    command(whose, command) {
      return [
        'nsenter',
        `--target=${pid}`,
        '--mount',
        '--root',
        '--pid',
        ...(whose === 'own' ? ['--net'] : []),
        '--',
        ...command,
      ]
    },
    async waitForFile(name, path, wait) {
      await waitForComponent(path, name, wait, () => existsSync(`/proc/${pid}/root${path}`))
    },
  }
}

const OVERLAYFS = 0x794c7630

/** What containerd makes the containers' files with: layers without copies, unless the folder is itself made of layers. */
async function snapshotter(folder: string): Promise<'overlayfs' | 'native'> {
  return (await statfs(folder)).type === OVERLAYFS ? 'native' : 'overlayfs'
}
