import type { ApiServer } from './apiserver/api-server.ts'
import type { ErrorCode } from './error-codes.ts'

/** The dev cluster cannot listen where it must. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError'
  readonly code = 'PORT_TAKEN' satisfies ErrorCode
}

/**
 * Lets the server listen on a port, or on another when that is taken and nobody insists.
 *
 * @throws {PortTakenError}
 */
export async function listenOnPort(server: ApiServer, port: number, isStrict: boolean): Promise<void> {
  try {
    await server.start(port)
  } catch (cause) {
    if (port === 0 || (cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
    if (!isStrict) return server.start(0)
    const message = `port ${port} of 127.0.0.1 is taken: choose another, or leave the choice to the dev cluster`
    throw new PortTakenError(message, { cause })
  }
}
