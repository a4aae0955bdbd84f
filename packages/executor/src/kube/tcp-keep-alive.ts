import type { buildConnector } from 'undici'

/** Probes of a silent connection, by which a dead one is found out. */
export interface TcpKeepAlive {
  /** Silence before the first probe, in seconds. */
  readonly idleSeconds: number
  /** Between probes, in seconds. */
  readonly intervalSeconds: number
  /** Probes without an answer after which the connection is dead. */
  readonly count: number
}

/** Connects as `connect` does, and sets the probes. undici itself sets the silence only, and leaves the rest to the machine. */
export function withTcpKeepAlive(
  connect: buildConnector.connector,
  { idleSeconds, intervalSeconds, count }: TcpKeepAlive,
): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...result) => {
      result[1]?.setKeepAlive(true, idleSeconds * 1000, intervalSeconds * 1000, count)
      callback(...result)
    })
}
