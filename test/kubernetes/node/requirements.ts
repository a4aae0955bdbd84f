import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { systemPath } from '../system-path.ts'

/** Programs that a kubelet's machine is made of, and Debian's packages that have them. */
const programs: Readonly<Record<string, string>> = {
  busybox: 'busybox-static',
  containerd: 'containerd',
  ip: 'iproute2',
  nsenter: 'util-linux',
  runc: 'runc',
  unshare: 'util-linux',
}

/** Where Debian has the network plugins; `containerd.toml` says so too. */
const networkPlugins = { file: '/usr/lib/cni/bridge', package: 'containernetworking-plugins' }

/** This machine cannot have a kubelet's node; the message says what to do. */
export class NodeUnavailableError extends Error {
  override readonly name = 'NodeUnavailableError'
}

/** Debian's packages that are missing for a kubelet's node. */
export function missingNodePackages({ path = systemPath, plugin = networkPlugins.file } = {}): readonly string[] {
  const missing = Object.keys(programs).filter((program) => findProgram(program, path) === null)
  const packages = missing.flatMap((program) => programs[program] ?? [])
  if (!isExecutable(plugin)) packages.push(networkPlugins.package)
  return [...new Set(packages)].sort()
}

/** @throws NodeUnavailableError when this is not Linux, not root, or a package is missing. */
export function requireNodeParts(): void {
  if (process.platform !== 'linux') throw new NodeUnavailableError('the node kubelet needs Linux')
  const missing = missingNodePackages()
  if (missing.length > 0) {
    const list = missing.join(' ')
    throw new NodeUnavailableError(`the node kubelet needs ${list}, which this machine lacks: apt-get install ${list}`)
  }
  if (process.getuid?.() !== 0) throw new NodeUnavailableError('the node kubelet needs root: its containers are real')
}

/** The path of a program; null when there is none. */
export function findProgram(name: string, path: string = systemPath): string | null {
  for (const folder of path.split(delimiter)) {
    if (folder !== '' && isExecutable(join(folder, name))) return join(folder, name)
  }
  return null
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
