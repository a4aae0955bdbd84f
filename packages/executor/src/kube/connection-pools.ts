import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { buildConnector, Pool } from 'undici'
import type { ClusterConfig } from './cluster-config.ts'
import type { ClientCertificate } from './credentials.ts'
import { createSecureContext } from './secure-context.ts'
import { type TcpKeepAlive, withTcpKeepAlive } from './tcp-keep-alive.ts'

/** Connections for requests, and others for watches and followed logs, which would hold those for minutes or hours. */
export interface PoolPair {
  readonly requests: Pool
  readonly streams: Pool
}

export interface ConnectionPoolsOptions {
  readonly cluster: ClusterConfig
  /** At most so many for requests. Streams have no limit: each is asked for by name. */
  readonly connections: number
  /** Null: no probes. */
  readonly tcpKeepAlive: TcpKeepAlive | null
  /** Opens a connection instead of the network. */
  readonly connect?: (() => Duplex) | undefined
}

type Undici = Pick<typeof import('undici'), 'Pool' | 'buildConnector'>

/** An idle connection is given up before a load balancer or the server (90 s) would do it without telling. */
const KEEP_ALIVE_MS = 30_000
const CONNECT_TIMEOUT_MS = 10_000

/** The connections to one API server. A new client certificate gets new ones; the old end with their last request. */
export class ConnectionPools {
  readonly #options: ConnectionPoolsOptions
  #undici: Undici | undefined
  #current: { readonly certificate: ClientCertificate | undefined; readonly pair: PoolPair } | undefined
  readonly #open = new Set<Pool>()

  constructor(options: ConnectionPoolsOptions) {
    this.#options = options
  }

  /** At once, but for the first call, which loads undici: importing the library stays cheap for those who just build pods. */
  pair(certificate: ClientCertificate | undefined): PoolPair | Promise<PoolPair> {
    if (this.#undici) return this.#pairOf(this.#undici, certificate)
    return import('undici').then((undici) => {
      this.#undici = undici
      return this.#pairOf(undici, certificate)
    })
  }

  /** Ends every connection at once; resolves when their sockets are gone. */
  async close(): Promise<void> {
    this.#current = undefined
    await Promise.all([...this.#open].map((pool) => pool.destroy()))
    this.#open.clear()
  }

  #pairOf(undici: Undici, certificate: ClientCertificate | undefined): PoolPair {
    if (this.#current && this.#current.certificate === certificate) return this.#current.pair
    const outdated = this.#current
    const pair = {
      requests: this.#create(undici, certificate, this.#options.connections),
      streams: this.#create(undici, certificate, null),
    }
    this.#current = { certificate, pair }
    if (outdated) for (const pool of [outdated.pair.requests, outdated.pair.streams]) this.#retire(pool)
    return pair
  }

  #create(lib: Undici, certificate: ClientCertificate | undefined, connections: number | null): Pool {
    const pool = new lib.Pool(new URL(this.#options.cluster.server).origin, {
      connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Each request has a deadline of its own, by our clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: this.#connector(lib, certificate),
    })
    this.#open.add(pool)
    return pool
  }

  #connector(lib: Undici, certificate: ClientCertificate | undefined): buildConnector.connector {
    const { cluster, connect, tcpKeepAlive } = this.#options
    if (connect) return connectorOf(connect)
    const { server, certificateAuthority, tlsServerName, insecureSkipTlsVerify } = cluster
    const secure = new URL(server).protocol === 'https:' && {
      // Made once: for each connection Node would read the certificates anew.
      secureContext: createSecureContext({
        ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
        ...(certificate ? { cert: certificate.certificate, key: certificate.key } : {}),
      }),
      rejectUnauthorized: !insecureSkipTlsVerify,
      ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
    }
    // One create after another on each connection costs both sides less than streams of one.
    const connector = lib.buildConnector({ timeout: CONNECT_TIMEOUT_MS, allowH2: false, keepAlive: false, ...secure })
    return tcpKeepAlive === null ? connector : withTcpKeepAlive(connector, tcpKeepAlive)
  }

  #retire(pool: Pool): void {
    // A watch on it may go on for minutes; `close()` ends it as it ends all.
    pool.close().then(
      () => this.#open.delete(pool),
      () => this.#open.delete(pool),
    )
  }
}

/** What undici calls for a connection; it reads and writes any stream, and listens for the answer in a later turn. */
function connectorOf(connect: () => Duplex): buildConnector.connector {
  return (_options, callback) => {
    queueMicrotask(() => {
      let connection: Duplex
      try {
        connection = connect()
      } catch (error) {
        callback(error instanceof Error ? error : new Error(String(error)), null)
        return
      }
      callback(null, connection as Socket)
    })
  }
}
