import type { Duplex } from 'node:stream'
import { type Clock, systemClock } from '../clock.ts'
import { type Logger, silentLogger } from '../logger.ts'
import { executorVersion } from '../version.ts'
import { ConnectionPools } from './connection-pools.ts'
import { HttpEventVerbs } from './event-verbs.ts'
import { JsonRequests } from './json-requests.ts'
import type { KubeClient, RequestOptions } from './kube-client.ts'
import type { KubeConfig } from './kube-config.ts'
import type { PodEncoding } from './pod-answers.ts'
import { HttpPodVerbs } from './pod-verbs.ts'
import { HttpResourceVerbs } from './resource-verbs.ts'
import type { TcpKeepAlive } from './tcp-keep-alive.ts'
import { Transport } from './transport.ts'

export interface KubeClientOptions {
  /**
   * Connections for requests; watches and followed logs have their own. A request waits for a free one within its
   * deadline, so there should be one for each create that may be under way.
   * @default 64
   */
  readonly connections?: number
  /** Deadline of a request that brings none, in milliseconds. @default 60000 */
  readonly requestTimeoutMs?: number
  /** Deadline of a list, or of a log that is not followed, in milliseconds. @default 120000 */
  readonly listTimeoutMs?: number
  /** Probes of silent connections; null: none. @default Airflow's: after 120 s, every 30 s, 6 of them */
  readonly tcpKeepAlive?: TcpKeepAlive | null
  /**
   * In what the server is asked to write pods. Protobuf is smaller and several times faster to read; a server that does not
   * write it answers in JSON by itself. For a proxy that spoils what is no text, and to compare.
   * @default 'protobuf'
   */
  readonly podEncoding?: PodEncoding
  /** @default `davit/<version>` */
  readonly userAgent?: string
  /**
   * Opens each connection, through a tunnel for one, or to a server of the same process: a stream that leads to the server,
   * with TLS of its own where that is wanted. What it throws is a connection that could not be had.
   * @default TCP, and TLS as the kubeconfig says
   */
  readonly connect?: () => Duplex
  /** @default the machine's */
  readonly clock?: Clock
  /** @default says nothing */
  readonly logger?: Logger
}

/**
 * Connects to one API server, lazily: nothing is opened or read before the first request. `close()` it at the end.
 *
 * @example
 * const kube = createKubeClient(await loadKubeConfig({ kubeconfigPath: 'kubeconfig.yaml' }))
 */
export function createKubeClient(config: KubeConfig, options: KubeClientOptions = {}): KubeClient {
  const {
    clock = systemClock,
    logger = silentLogger,
    connections = 64,
    tcpKeepAlive = { idleSeconds: 120, intervalSeconds: 30, count: 6 },
    userAgent = `davit/${executorVersion}`,
  } = options
  const deadlines = {
    requestTimeoutMs: options.requestTimeoutMs ?? 60_000,
    listTimeoutMs: options.listTimeoutMs ?? 120_000,
  }
  const { origin } = new URL(config.cluster.server)
  const transport = new Transport({
    server: config.cluster.server,
    pools: new ConnectionPools({ cluster: config.cluster, connections, tcpKeepAlive, connect: options.connect }),
    credentials: config.credentials.open({ clock, logger }),
    clock,
    userAgent,
  })
  const json = new JsonRequests(transport, origin, deadlines)
  return {
    server: origin,
    namespace: config.namespace,
    pods: new HttpPodVerbs(json, options.podEncoding ?? 'protobuf'),
    events: new HttpEventVerbs(json),
    resources: new HttpResourceVerbs(json),
    version: (requestOptions: RequestOptions = {}) => json.object(requestOptions, { method: 'GET', path: '/version' }),
    close: () => transport.close(),
  }
}
