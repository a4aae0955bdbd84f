import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { parse, stringify } from 'yaml'
import { makeCertificates } from '../../packages/executor/test/support/certificates.ts'
import { readAccess } from './kubeconfig-access.ts'

/** One request that went through. */
export interface ProxiedRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
}

export interface ProxyRules {
  /** Answers a request in the server's place, and returns true; false: the server is to answer it. */
  readonly answer?: (request: ProxiedRequest & { readonly body: Buffer }, response: ServerResponse) => boolean
  /** Whether the server's answer is to be lost: the connection breaks. Asked once the server has answered. */
  readonly loses?: (request: ProxiedRequest) => boolean
}

/** Between a client and an API server: passes everything on, but for what its rules say. */
export interface ForwardingProxy extends AsyncDisposable {
  /** The server's kubeconfig with the proxy in its place. */
  readonly kubeconfig: string
  /** Breaks every connection of its clients, now; new ones it takes. */
  breakConnections(): void
}

/** Listens on loopback with a certificate of its own. */
export async function startForwardingProxy(
  kubeconfig: string,
  { answer = () => false, loses = () => false }: ProxyRules,
): Promise<ForwardingProxy> {
  const { url, ca } = readAccess(kubeconfig)
  const { authority, server: certificate } = await makeCertificates()
  const agent = new Agent({ keepAlive: true, ca })

  const forward = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { method = 'GET', url: path = '/', headers } = incoming
    const upstream = { destroy: () => {} }
    const breakOff = () => {
      upstream.destroy()
      incoming.socket.destroy()
    }
    // Either side may go at any time.
    outgoing.once('close', () => upstream.destroy())
    try {
      const body = await buffer(incoming)
      if (answer({ method, path, body }, outgoing)) return
      const sent = request(new URL(path, url), { method, agent, headers: { ...headers, host: new URL(url).host } })
      upstream.destroy = () => sent.destroy()
      sent.once('error', breakOff)
      sent.once('response', (response) => {
        if (loses({ method, path })) {
          breakOff()
          return
        }
        outgoing.writeHead(response.statusCode ?? 502, response.headers)
        outgoing.flushHeaders()
        pipeline(response, outgoing).catch(breakOff)
      })
      sent.end(body)
    } catch {
      breakOff()
    }
  }

  const server = createServer({ key: certificate.key, cert: certificate.cert }, forward)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    kubeconfig: throughProxy(kubeconfig, `https://127.0.0.1:${port}`, authority.cert),
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
