import { kubeletNodeArguments } from '../component-arguments.ts'
import type { ComponentProcess } from '../component-process.ts'
import type { ComponentName, Layout } from '../layout.ts'
import type { ReadyOptions } from '../wait-for-component.ts'
import { startMachine } from './machine.ts'

export interface KubeletNodeOptions {
  readonly layout: Layout
  readonly program: string
  /** The folder of the images that its pods may name. */
  readonly images: string
  readonly kubeletPort: number
  /** Starts a part by a command that forks it. */
  readonly start: (name: ComponentName, command: readonly string[]) => Promise<ComponentProcess>
  readonly ready: () => ReadyOptions
}

/** A machine with all that a kubelet needs. */
export interface KubeletNode {
  readonly hostAddress: string
  /** Once there is a kubeconfig for it: it ends when it has none. */
  startKubelet(): Promise<void>
}

/** Boots a machine, and starts a registry and containerd on it. */
export async function startKubeletNode(options: KubeletNodeOptions): Promise<KubeletNode> {
  const { layout, program, images, start, ready } = options
  const machine = await startMachine(options)
  const { hostAddress } = machine.network
  const argumentsOf = kubeletNodeArguments(layout, { images, hostAddress })
  await start('registry', machine.command('own', [program, 'registry', ...argumentsOf.registry]))
  await start('containerd', machine.command('own', ['containerd', ...argumentsOf.containerd]))
  await machine.waitForFile('containerd', '/run/containerd/containerd.sock', ready())
  return {
    hostAddress,
    async startKubelet() {
      await start('kubelet', machine.command('host', [program, 'kubelet', ...argumentsOf.kubelet]))
    },
  }
}
