import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { ApiServer } from './apiserver/api-server.ts'
import { makeCertificates } from './apiserver/certificates/make-certificates.ts'
import { NamespaceController } from './apiserver/controllers/namespace-controller.ts'
import { QuotaController } from './apiserver/controllers/quota-controller.ts'
import { kubeconfigText } from './apiserver/kubeconfig-text.ts'
import { ObjectRegistry } from './apiserver/registry/object-registry.ts'
import type { RequestLog } from './apiserver/request-log.ts'
import { namespaces } from './apiserver/resources/namespace.ts'
import { ApiTypes } from './apiserver/schema/api-type.ts'
import { StoreClusterAccess } from './apiserver/store-cluster-access.ts'
import { type Clock, systemClock } from './clock.ts'
import { createFaults, type Faults } from './faults.ts'
import { removeKubeconfig, writeKubeconfig } from './kubeconfig-file.ts'
import type { Kubelet } from './kubelet/kubelet.ts'
import { createProcessKubelet } from './kubelet/process-kubelet.ts'
import { createScriptedKubelet } from './kubelet/scripted-kubelet.ts'
import { listenOnPort } from './listen-on-port.ts'
import { NodeLifecycleController } from './node-lifecycle/node-lifecycle-controller.ts'
import { PodGarbageCollector } from './node-lifecycle/pod-garbage-collector.ts'
import { TaintEvictionController } from './node-lifecycle/taint-eviction-controller.ts'
import { type Random, seededRandom } from './random.ts'
import { startScheduler } from './scheduler.ts'
import { VersionedStore } from './storage/versioned-store.ts'

export interface DevClusterOptions {
  /**
   * `process`: containers are processes of this machine. `scripted`: there are no processes; containers end as the
   * annotations `script.davit/…` of their pods say (README).
   */
  readonly runtime: 'process' | 'scripted'
  /** Decides timestamps, timeouts and what runs when: `createTestClock()` makes one for tests. @default the machine's own */
  readonly clock?: Clock
  /**
   * Numbers from 0 up to 1, for uids and generated names: `seededRandom(1)` gives the same ones again, in the order in which
   * objects are created. The certificates and the token are never the same. @default Math.random
   */
  readonly random?: Random
  /**
   * Where to listen on 127.0.0.1, if that is free; else another port is chosen. @default a free one
   */
  readonly port?: number
  /** Fail when `port` is taken. @default false */
  readonly strictPort?: boolean
  /** A folder that gets one of the cluster's own in it, for pods and the kubeconfig. @default the system's for temporary files */
  readonly folder?: string
  /**
   * Where the kubeconfig is written, readable by its owner only; removed at the end. A file that is there is replaced only
   * if a dev cluster wrote it. @default in the cluster's folder
   */
  readonly kubeconfigPath?: string
  /** @default davit-node */
  readonly nodeName?: string
  readonly nodeLabels?: Readonly<Record<string, string>>
  /** What the node has for pods, by resource. @default the machine's for `process`, room for everything for `scripted` */
  readonly allocatable?: Readonly<Record<string, string>>
  /** Hears of errors that are the dev cluster's own fault. @default they are forgotten: the client is told 500 */
  readonly onInternalError?: (error: unknown) => void
}

/** A running dev cluster. */
export interface DevCluster extends AsyncDisposable {
  readonly url: string
  /** YAML text, with the token in it. */
  readonly kubeconfig: string
  readonly kubeconfigPath: string
  readonly nodeName: string
  readonly faults: Faults
  /**
   * Serves HTTP, in the clear, on a connection of the caller's: one end of a pair of streams whose other end a client of
   * the same process has. No network is between them, so that with a clock and numbers of its own a whole test repeats
   * itself.
   */
  accept(connection: Duplex): void
  /** What was asked of the API server, for tests to count. */
  readonly requests: RequestLog
  /** Ends pods, connections and timers, and removes what was written. May be called again. */
  stop(): Promise<void>
}

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system']

/**
 * Starts a small Kubernetes on 127.0.0.1: an API server, a scheduler and one node.
 *
 * @throws {PortTakenError} when `port` is taken and `strictPort` insists on it
 * @throws {KubeconfigExistsError} when `kubeconfigPath` is another's file
 */
export async function startDevCluster(options: DevClusterOptions): Promise<DevCluster> {
  const clock = options.clock ?? systemClock
  const random: Random = options.random ?? Math.random
  const nodeName = options.nodeName ?? 'davit-node'
  await using starting = new AsyncDisposableStack()

  const parent = options.folder ?? tmpdir()
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'davit-devcluster-'))
  starting.defer(() => rm(folder, { recursive: true, force: true }))

  const token = randomBytes(32).toString('base64url')
  const certificates = makeCertificates()
  const store = new VersionedStore()
  const types = new ApiTypes()
  const registry = new ObjectRegistry({ store, types, clock, random })
  for (const controller of [
    new QuotaController(registry),
    new NamespaceController(registry, certificates.authorityPem, clock),
  ]) {
    controller.start()
    starting.defer(() => controller.stop())
  }
  for (const name of NAMESPACES) registry.create(namespaces, undefined, { metadata: { name } })

  const access = new StoreClusterAccess(registry, clock)
  starting.defer(access.watchPods(({ type, pod }) => type === 'DELETED' && access.forgetEventsOf(pod)))
  const nodeLifecycle = new NodeLifecycleController({ access, clock, ownNode: nodeName })
  const garbageCollector = new PodGarbageCollector({ access, clock })
  for (const controller of [nodeLifecycle, new TaintEvictionController({ access, clock }), garbageCollector]) {
    controller.start()
    starting.defer(() => controller.stop())
  }
  const kubelet = kubeletOf(options, { access, clock, folder, nodeName })
  starting.defer(() => kubelet.stop())
  const server = new ApiServer({
    registry,
    types,
    clock,
    // Of its own, so that uids and names do not depend on how often somebody asks for something.
    random: seededRandom(random() * 2 ** 32),
    token,
    ...certificates,
    kubeletOf: (name) => (name === nodeName ? kubelet : undefined),
    onInternalError: options.onInternalError ?? (() => {}),
  })
  starting.defer(() => server.stop())
  // The node finds out what the machine lets it do while the server gets ready to listen.
  await together(kubelet.start(), listenOnPort(server, options.port ?? 0, options.strictPort ?? false))

  const kubeconfigPath = options.kubeconfigPath ?? join(folder, 'kubeconfig')
  const kubeconfig = kubeconfigText({ url: server.url, authorityPem: certificates.authorityPem, token })
  await writeKubeconfig(kubeconfigPath, kubeconfig)
  starting.defer(() => removeKubeconfig(kubeconfigPath, kubeconfig))
  const scheduler = startScheduler({ access, clock, nodeName })
  starting.defer(() => scheduler.stop())

  const running = starting.move()
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= running.disposeAsync()
    return stopping
  }
  return {
    url: server.url,
    kubeconfig,
    kubeconfigPath,
    nodeName,
    faults: createFaults({ server, store, kubelet, giveUpNode: () => nodeLifecycle.giveUp(nodeName) }),
    accept: (connection) => server.accept(connection),
    requests: server.requests,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function kubeletOf(
  { runtime, nodeLabels, allocatable }: DevClusterOptions,
  parts: {
    readonly access: StoreClusterAccess
    readonly clock: Clock
    readonly folder: string
    readonly nodeName: string
  },
): Kubelet {
  const wanted = { ...parts, ...(nodeLabels && { nodeLabels }), ...(allocatable && { allocatable }) }
  return runtime === 'process' ? createProcessKubelet(wanted) : createScriptedKubelet(wanted)
}

/** Waits for all, also when one fails: what is half begun cannot be stopped. */
async function together(...steps: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected')
  if (failed) throw failed.reason
}
