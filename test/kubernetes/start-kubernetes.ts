import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ArtifactOptions, artifacts } from './artifacts.ts'
import { compactHistory } from './compact-history.ts'
import { kubectlOn } from './kubectl.ts'
import { layoutIn } from './layout.ts'
import { releaseFolder } from './ownership.ts'
import { identifyProcess, type ProcessIdentity } from './process-identity.ts'
import { removeAbandoned } from './remove-abandoned.ts'
import { type StartOptions, startInFolder } from './start-in-folder.ts'
import { stopParts } from './stop-parts.ts'

export interface KubernetesOptions extends StartOptions, ArtifactOptions {}

/** A real Kubernetes of one's own, with fresh data. */
export interface Kubernetes extends AsyncDisposable {
  readonly url: string
  readonly kubeconfigPath: string
  /** The same as text (YAML). Its user may do everything. */
  readonly kubeconfig: string
  /** Of the user `davit`, who may do only what a role binding grants. */
  readonly executorKubeconfigPath: string
  readonly executorKubeconfig: string
  /** Read it with `podRequests`. */
  readonly auditLogPath: string
  /** The built kubectl on this cluster, as the beginning of an argv. */
  readonly kubectl: readonly string[]
  /** The address of this machine in the containers of its kubelet, where servers of tests can listen; null without one. */
  readonly hostAddress: string | null
  /** Its processes by part, for measuring them, or for stopping and continuing one. */
  readonly processes: Readonly<Record<string, ProcessIdentity>>
  /** Makes etcd forget every revision but the newest, as it does by itself every five minutes. */
  compactHistory(): Promise<void>
  /** Ends its processes and removes its data. May be called again. */
  stop(): Promise<void>
}

/**
 * Starts etcd, an API server, the controller manager, the scheduler, and kwok or a kubelet, on free ports of 127.0.0.1.
 *
 * It is ready when the API server is, the namespace `default` has its service account and the nodes take pods. If this process dies, in whatever way, the parts die with it.
 *
 * @throws GoMissingError; NodeUnavailableError when there can be no kubelet; Error that names the part in trouble and ends with its log
 */
export async function startKubernetes(options: KubernetesOptions = {}): Promise<Kubernetes> {
  const made = await artifacts(options)
  await removeAbandoned()
  const folder = await mkdtemp(join(tmpdir(), 'davit-kubernetes-'))
  const layout = layoutIn(folder)
  const remove = async () => {
    await releaseFolder(layout)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const { state, kubeconfig } = await startInFolder(layout, made, identifyProcess(process.pid), options)
    const executorKubeconfigPath = layout.componentKubeconfig('davit')
    const stop = async () => {
      await stopParts(layout, Object.values(state.processes))
      await remove()
    }
    return {
      url: state.url,
      kubeconfigPath: layout.kubeconfig,
      kubeconfig,
      executorKubeconfigPath,
      executorKubeconfig: await readFile(executorKubeconfigPath, 'utf8'),
      auditLogPath: layout.auditLog,
      kubectl: kubectlOn(made.program, layout),
      hostAddress: state.hostAddress,
      processes: state.processes,
      compactHistory: () => compactHistory(state.etcdUrl),
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await remove()
    throw error
  }
}
