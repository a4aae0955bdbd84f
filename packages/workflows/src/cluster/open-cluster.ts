import {
  createKubeClient,
  type ExecutorOptions,
  isUnauthorized,
  KubeApiError,
  type KubeClient,
  KubeConnectionError,
  type KubeConnectionErrorKind,
  type Logger,
  loadKubeConfig,
} from '@davit/executor'
import type { ErrorCode } from '../error-codes.ts'
import type { ClusterSettings } from './cluster-settings.ts'

/** A cluster, reached. */
export interface OpenCluster extends AsyncDisposable {
  readonly kube: KubeClient
  /** The settings' configuration, with the context's namespace where they name none. */
  readonly config: ExecutorOptions & { readonly namespace: string }
  /** A dev cluster of our own, which ends with us. */
  readonly isEmbedded: boolean
}

/** The cluster cannot be used; nothing was started on it. */
export class ClusterUnreachableError extends Error {
  override readonly name = 'ClusterUnreachableError'
  readonly code = 'CLUSTER_UNREACHABLE' satisfies ErrorCode<'run'>
}

/**
 * Starts a dev cluster, or connects to the cluster that the settings name and proves that it answers.
 * @throws {ClusterUnreachableError} one line, with address and cause
 * @throws {KubeConfigError} when the kubeconfig is wrong
 */
export async function openCluster(
  { connection, config }: ClusterSettings,
  { env, logger }: { readonly env: Readonly<Record<string, string | undefined>>; readonly logger: Logger },
): Promise<OpenCluster> {
  await using opening = new AsyncDisposableStack()
  const embedded = connection === null ? opening.use(await startEmbedded(config)) : null
  const named = embedded ? { kubeconfig: embedded.kubeconfig } : { ...connection?.kubeConfig, env }
  const kube = createKubeClient(await loadKubeConfig(named), { ...connection?.kubeClient, logger })
  opening.defer(() => kube.close())
  try {
    await kube.version({ timeoutMs: 10_000 })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = [
      `cannot reach the cluster: ${why.includes(kube.server) ? '' : `${kube.server}: `}${why}`,
      hintOf(cause),
    ]
    throw new ClusterUnreachableError(message.join('; ').replaceAll('\n', ' '), { cause })
  }
  const opened = opening.move()
  return {
    kube,
    config: { ...config, namespace: config.namespace ?? kube.namespace },
    isEmbedded: embedded !== null,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/**
 * The error of a command for one of the wire.
 * @param doing what could not be done: `list the pods of tasks`
 */
export function refusedByCluster(error: unknown, doing: string): unknown {
  if (!(error instanceof KubeApiError || error instanceof KubeConnectionError)) return error
  const said = `cannot ${doing}: ${error.message}; ${hintOf(error)}`.replaceAll('\n', ' ')
  return new ClusterUnreachableError(said, { cause: error })
}

/** What to do about a cluster that does not answer, or does not know us. */
function hintOf(error: unknown): string {
  if (isUnauthorized(error))
    return 'our credentials have ended, were revoked, or are those of another cluster: have new ones made'
  const hints: Partial<Record<KubeConnectionErrorKind, string>> = {
    dns: 'is the server of the kubeconfig right, and does the DNS of this machine know it?',
    tls: 'is the certificate authority of the kubeconfig the one of this cluster, and has no certificate ended?',
    credentials: 'mend the user of the kubeconfig, or sign in again',
  }
  const hint = error instanceof KubeConnectionError ? hints[error.kind] : undefined
  return [...(hint === undefined ? [] : [hint]), 'davit doctor looks at it step by step'].join(' ')
}

/** A dev cluster on this machine, with the namespaces that a configuration names: a new one has nobody's. */
export async function startEmbedded(
  config: ExecutorOptions,
): Promise<AsyncDisposable & { readonly kubeconfig: string }> {
  // Loaded only where it is used: a run on a cluster of one's own need not wait for it.
  const { startDevCluster } = await import('@davit/devcluster')
  await using starting = new AsyncDisposableStack()
  const { kubeconfig } = starting.use(await startDevCluster({ runtime: 'process' }))
  const named = new Set([...(config.multiNamespaceModeNamespaceList ?? []), config.namespace ?? 'default'])
  named.delete('default')
  if (named.size > 0) {
    const kube = createKubeClient(await loadKubeConfig({ kubeconfig }))
    try {
      for (const name of named) await kube.resources.create({ resource: 'namespaces' }, { metadata: { name } })
    } finally {
      await kube.close()
    }
  }
  const started = starting.move()
  return { kubeconfig, [Symbol.asyncDispose]: () => started.disposeAsync() }
}
