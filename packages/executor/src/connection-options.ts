import type { ExecutorConfig } from './config/executor-config.ts'
import type { KubeClientOptions } from './kube/create-kube-client.ts'
import type { LoadKubeConfigOptions } from './kube/kube-config.ts'

/** What the two functions take that lead to a client. */
export interface ConnectionOptions {
  readonly kubeConfig: LoadKubeConfigOptions
  readonly kubeClient: KubeClientOptions
}

type Connection = Pick<
  ExecutorConfig,
  | 'inCluster'
  | 'clusterContext'
  | 'configFile'
  | 'verifySsl'
  | 'sslCaCert'
  | 'enableTcpKeepalive'
  | 'tcpKeepIdle'
  | 'tcpKeepIntvl'
  | 'tcpKeepCnt'
  | 'requestTimeoutSeconds'
  | 'listTimeoutSeconds'
  | 'podEncoding'
  | 'podCreationMaxConcurrency'
>

/** undici's pools are cheap: as many connections as most callers need. */
const LEAST_CONNECTIONS = 64

/**
 * The connection that a configuration describes. Airflow: `get_kube_client`.
 *
 * @example
 * const { kubeConfig, kubeClient } = connectionOptions(resolveConfig(configFromEnv(process.env)))
 * const kube = createKubeClient(await loadKubeConfig(kubeConfig), kubeClient)
 */
export function connectionOptions(config: Connection): ConnectionOptions {
  const { inCluster, configFile, clusterContext, verifySsl, sslCaCert } = config
  return {
    kubeConfig: {
      ...(inCluster && { inCluster }),
      ...(!inCluster && configFile !== '' && { kubeconfigPath: configFile }),
      ...(!inCluster && clusterContext !== '' && { context: clusterContext }),
      ...(!verifySsl && { insecureSkipTlsVerify: true }),
      ...(sslCaCert !== '' && { certificateAuthorityPath: sslCaCert }),
    },
    kubeClient: {
      connections: Math.max(LEAST_CONNECTIONS, config.podCreationMaxConcurrency),
      requestTimeoutMs: config.requestTimeoutSeconds * 1000,
      listTimeoutMs: config.listTimeoutSeconds * 1000,
      podEncoding: config.podEncoding,
      tcpKeepAlive: config.enableTcpKeepalive
        ? { idleSeconds: config.tcpKeepIdle, intervalSeconds: config.tcpKeepIntvl, count: config.tcpKeepCnt }
        : null,
    },
  }
}
