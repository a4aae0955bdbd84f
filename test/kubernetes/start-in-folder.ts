import type { ApiAccess } from './api-request.ts'
import type { Artifacts } from './artifacts.ts'
import { type ComponentOptions, componentArguments, kubeletNodeName, type Ports } from './component-arguments.ts'
import { type ComponentProcess, startComponent } from './component-process.ts'
import { freePorts } from './free-ports.ts'
import type { ComponentName, Layout } from './layout.ts'
import { startKubeletNode } from './node/kubelet-node.ts'
import type { NodeKind } from './node-kinds.ts'
import { type Owner, releaseFolder } from './ownership.ts'
import { prepareFolder, writeKubeconfigs } from './prepare-folder.ts'
import { type State, writeState } from './state-file.ts'
import { stopParts } from './stop-parts.ts'
import { createKwokNodes, kwokNodeNames, waitForApi, waitForBootstrap, waitForNodes } from './wait-for-ready.ts'

export interface StartOptions extends ComponentOptions {
  /** Which kinds of node there are. @default only kwok's */
  readonly nodeKinds?: readonly NodeKind[] | undefined
  /** Whether there is a scheduler; without one pods name their node. @default true */
  readonly scheduler?: boolean | undefined
  /** How many kwok nodes there are from the start. @default 1 */
  readonly nodes?: number | undefined
  /** How long everything may take to be ready, in milliseconds. @default 60,000 */
  readonly startDeadlineMs?: number | undefined
  /** Gives up: whatever runs by then is stopped. */
  readonly signal?: AbortSignal | undefined
}

/** A Kubernetes that is ready, and whose parts die with this process until they are released. */
export interface Started {
  readonly state: State
  readonly kubeconfig: string
  readonly components: readonly ComponentProcess[]
}

/**
 * Starts everything in a folder, waits until it is ready, and writes the state file. Chooses ports again when
 * somebody else was faster. When it fails, nothing runs and nothing of it is left in the folder.
 *
 * @param owner the process whose end makes the data rubbish; null when it stays until it is told to stop
 * @throws Error that names the part in trouble and ends with its log; Error when the folder is not ours to use
 */
export async function startInFolder(
  layout: Layout,
  artifacts: Artifacts,
  owner: Owner,
  options: StartOptions = {},
): Promise<Started> {
  for (let triesLeft = 2; ; triesLeft--) {
    try {
      return await startOnce(layout, artifacts, owner, options)
    } catch (error) {
      await releaseFolder(layout)
      const portTaken = error instanceof Error && /address already in use/.test(error.message)
      if (!portTaken || triesLeft === 0) throw error
    }
  }
}

async function startOnce(
  layout: Layout,
  { program, images }: Artifacts,
  owner: Owner,
  options: StartOptions,
): Promise<Started> {
  const { nodeKinds = ['kwok'], nodes = 1, scheduler = true, startDeadlineMs = 60_000, signal } = options
  const [apiServer = 0, etcd = 0, etcdPeer = 0, kwok = 0, kubelet = 0] = await freePorts(5)
  const ports: Ports = { apiServer, etcd, etcdPeer, kwok, kubelet }
  const tokens = await prepareFolder(layout, owner)
  const argumentsOf = componentArguments(layout, ports, options)
  const components: ComponentProcess[] = []
  const startCommand = async (name: ComponentName, command: readonly string[], forks = false) => {
    const part = await startComponent({ name, command, forks, logFile: layout.log(name), folder: layout.data })
    components.push(part)
    return part
  }
  const start = async (...names: (keyof typeof argumentsOf)[]) => {
    for (const name of names) await startCommand(name, [program, name, ...argumentsOf[name]])
  }
  const deadline = performance.now() + startDeadlineMs
  const wait = () => ({ components, withinMs: Math.max(0, deadline - performance.now()), signal })

  const controlPlane = async () => {
    await start('etcd', 'kube-apiserver')
    const url = `https://127.0.0.1:${ports.apiServer}`
    const access: ApiAccess = await waitForApi(url, layout.authority, tokens.admin, wait())
    const kubeconfig = await writeKubeconfigs(layout, access, tokens)
    // Only now: before the API server answers, they would fail, and try again too late.
    await start('kube-controller-manager', ...(scheduler ? (['kube-scheduler'] as const) : []))
    return { url, access, kubeconfig }
  }
  const nodeWithoutKubelet = async () => {
    if (images === null) return null
    const startForking = (name: ComponentName, command: readonly string[]) => startCommand(name, command, true)
    return await startKubeletNode({
      layout,
      program,
      images,
      kubeletPort: ports.kubelet,
      start: startForking,
      ready: wait,
    })
  }

  try {
    const [{ url, access, kubeconfig }, kubeletNode] = await allOf(controlPlane(), nodeWithoutKubelet())
    const nodeNames = nodeKinds.includes('kwok') ? kwokNodeNames(nodes) : []
    if (nodeKinds.includes('kwok')) await start('kwok')
    await createKwokNodes(access, nodeNames)
    if (kubeletNode !== null) {
      await kubeletNode.startKubelet()
      nodeNames.push(kubeletNodeName)
    }
    await waitForBootstrap(access, wait())
    await waitForNodes(access, nodeNames, wait())
    const processes = Object.fromEntries(components.map(({ name, identity }) => [name, identity]))
    const etcdUrl = `http://127.0.0.1:${ports.etcd}`
    const hostAddress = kubeletNode?.hostAddress ?? null
    const state: State = { url, etcdUrl, program, processes, hostAddress }
    await writeState(layout.state, state)
    return { state, kubeconfig, components }
  } catch (error) {
    await stopParts(
      layout,
      components.map(({ identity }) => identity),
    )
    throw error
  }
}

/** Both results; the first error only after both have ended, so that nothing is started behind whoever cleans up. */
async function allOf<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second])
  return await Promise.all([first, second])
}
