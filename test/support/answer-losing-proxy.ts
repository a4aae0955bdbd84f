import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { parse, stringify } from 'yaml'
import { makeCertificates } from '../../packages/executor/test/support/certificates.ts'
import { readAccess } from './kubeconfig-access.ts'

/** One request that went through. */
export interface ProxiedRequest {
  readonly method: string
  readonly path: string
}

/** Between a client and an API server: passes everything on, and loses the answers that it is told to lose. */
export interface AnswerLosingProxy extends AsyncDisposable {
  /** The server's kubeconfig with the proxy in its place. */
  readonly kubeconfig: string
  /** The requests whose answer was lost: the server had carried them out, and the connection broke. */
  readonly lost: readonly ProxiedRequest[]
  /** Breaks every connection of its clients, now; new ones it takes. */
  breakConnections(): void
}

/**
 * Listens on loopback with a certificate of its own.
 *
 * @param loses whether the answer of a request is to be lost; asked once the server has answered it
 */
export async function startAnswerLosingProxy(
  kubeconfig: string,
  loses: (request: ProxiedRequest) => boolean,
): Promise<AnswerLosingProxy> {
  const { url, ca } = readAccess(kubeconfig)
  const { authority, server: certificate } = await makeCertificates()
  const agent = new Agent({ keepAlive: true, ca })
  const lost: ProxiedRequest[] = []

  const forward = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method = 'GET', url: path = '/', headers } = incoming
    const upstream = request(new URL(path, url), { method, agent, headers: { ...headers, host: new URL(url).host } })
    const breakOff = () => {
      upstream.destroy()
      incoming.socket.destroy()
    }
    outgoing.once('close', () => upstream.destroy())
    upstream.once('error', breakOff)
    upstream.once('response', (response) => {
      if (loses({ method, path })) {
        lost.push({ method, path })
        breakOff()
        return
      }
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      outgoing.flushHeaders()
      // Either side may go at any time.
      pipeline(response, outgoing).catch(breakOff)
    })
    pipeline(incoming, upstream).catch(breakOff)
  }

  const server = createServer({ key: certificate.key, cert: certificate.cert }, forward)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    kubeconfig: throughProxy(kubeconfig, `https://127.0.0.1:${port}`, authority.cert),
    lost,
    breakConnections: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      agent.destroy()
      await closed
    },
  }
}

function throughProxy(kubeconfig: string, server: string, authority: string): string {
  const config = parse(kubeconfig) as { clusters: { name: string; cluster: object }[] }
  const cluster = { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') }
  return stringify({ ...config, clusters: config.clusters.map(({ name }) => ({ name, cluster })) })
}
