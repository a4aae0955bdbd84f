import type { ApiAccess } from './api-request.ts'
import { componentArguments, type Ports } from './component-arguments.ts'
import { type ComponentProcess, startComponent } from './component-process.ts'
import { freePorts } from './free-ports.ts'
import type { ComponentName, Layout } from './layout.ts'
import { type Owner, releaseFolder } from './ownership.ts'
import { prepareFolder, writeKubeconfigs } from './prepare-folder.ts'
import { type State, writeState } from './state-file.ts'
import { stopProcesses } from './stop-processes.ts'
import { waitForApi, waitForNodes } from './wait-for-ready.ts'

export interface StartOptions {
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
  program: string,
  owner: Owner,
  options: StartOptions = {},
): Promise<Started> {
  for (let triesLeft = 2; ; triesLeft--) {
    try {
      return await startOnce(layout, program, owner, options)
    } catch (error) {
      await releaseFolder(layout)
      const portTaken = error instanceof Error && /address already in use/.test(error.message)
      if (!portTaken || triesLeft === 0) throw error
    }
  }
}

async function startOnce(
  layout: Layout,
  program: string,
  owner: Owner,
  { nodes = 1, startDeadlineMs = 60_000, signal }: StartOptions,
): Promise<Started> {
  const [apiServer = 0, etcd = 0, etcdPeer = 0, kwok = 0] = await freePorts(4)
  const ports: Ports = { apiServer, etcd, etcdPeer, kwok }
  const tokens = await prepareFolder(layout, owner)
  const argumentsOf = componentArguments(layout, ports)
  const components: ComponentProcess[] = []
  const start = async (...names: ComponentName[]) => {
    for (const name of names) {
      const logFile = layout.log(name)
      components.push(
        await startComponent({ program, name, arguments: argumentsOf[name], logFile, folder: layout.data }),
      )
    }
  }
  const deadline = performance.now() + startDeadlineMs
  const wait = () => ({ components, withinMs: Math.max(0, deadline - performance.now()), signal })

  try {
    await start('etcd', 'kube-apiserver')
    const url = `https://127.0.0.1:${ports.apiServer}`
    const access: ApiAccess = await waitForApi(url, layout.authority, tokens.admin, wait())
    const kubeconfig = await writeKubeconfigs(layout, access, tokens)
    // Only now: before the API server answers, they would fail, and try again too late.
    await start('kube-controller-manager', 'kube-scheduler', 'kwok')
    await waitForNodes(access, nodes, wait())
    const processes = Object.fromEntries(components.map(({ name, identity }) => [name, identity]))
    const state: State = { url, etcdUrl: `http://127.0.0.1:${ports.etcd}`, program, processes }
    await writeState(layout.state, state)
    return { state, kubeconfig, components }
  } catch (error) {
    await stopProcesses(components.map(({ identity }) => identity))
    throw error
  }
}
