import { createKubeClient, type KubeClient, type Logger, loadKubeConfig } from '@davit/executor'
import type { ErrorCode } from '../error-codes.ts'
import type { RunOptions } from './run-options.ts'

/** The cluster of a run, reached. */
export interface OpenCluster extends AsyncDisposable {
  readonly kube: KubeClient
  /** The dev cluster that this run started, which ends with it. */
  readonly isEmbedded: boolean
}

/** The cluster cannot be used; nothing was started on it. */
export class ClusterUnreachableError extends Error {
  override readonly name = 'ClusterUnreachableError'
  readonly code = 'CLUSTER_UNREACHABLE' satisfies ErrorCode<'run'>
}

/**
 * Starts a dev cluster, or connects to the cluster of a kubeconfig and proves that it answers.
 * @throws {ClusterUnreachableError} one line, with address and cause
 * @throws {KubeConfigError} when the kubeconfig is wrong
 */
export async function openCluster(
  cluster: RunOptions['cluster'],
  { env, logger }: { readonly env: Readonly<Record<string, string | undefined>>; readonly logger: Logger },
): Promise<OpenCluster> {
  await using opening = new AsyncDisposableStack()
  const embedded = cluster === null ? opening.use(await startEmbedded()) : null
  const config = await loadKubeConfig(embedded ? { kubeconfig: embedded.kubeconfig } : { ...cluster, env })
  const kube = createKubeClient(config, { logger })
  opening.defer(() => kube.close())
  try {
    await kube.version({ timeoutMs: 10_000 })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = why.includes(kube.server) ? why : `${kube.server}: ${why}`
    throw new ClusterUnreachableError(`cannot reach the cluster: ${message}`.replaceAll('\n', ' '), { cause })
  }
  const opened = opening.move()
  return { kube, isEmbedded: embedded !== null, [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

/** Loaded only where it is used: a run on a cluster of one's own need not wait for it. */
async function startEmbedded() {
  const { startDevCluster } = await import('@davit/devcluster')
  return startDevCluster({ runtime: 'process' })
}
