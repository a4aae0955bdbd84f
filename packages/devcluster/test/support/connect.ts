import { once } from 'node:events'
import { Agent, type RequestOptions, request } from 'node:https'
import { createInterface } from 'node:readline'
import { parse } from 'yaml'
import type { DevCluster } from '../../src/index.ts'

export interface Answer {
  readonly code: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever the server says
  readonly body: any
}

export interface Watch extends Disposable {
  /** Lines as they came, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly events: readonly any[]
  /** When the server ended it, or broke it. */
  readonly ended: Promise<'ended' | 'broken'>
}

/** A client of a dev cluster that knows nothing of it but its kubeconfig. */
export function connect(cluster: Pick<DevCluster, 'kubeconfig'>) {
  const config = parse(cluster.kubeconfig)
  const url: string = config.clusters[0].cluster.server
  const agent = new Agent({
    ca: Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64').toString(),
    keepAlive: true,
  })
  const authorization = `Bearer ${config.users[0].user.token}`
  const send = (method: string, path: string, body: unknown, headers: RequestOptions['headers'] = {}) => {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
    const outgoing = request(new URL(url + path), {
      method,
      agent,
      headers: {
        authorization,
        ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        ...headers,
      } as Record<string, string>,
    })
    outgoing.end(text)
    return outgoing
  }
  return {
    async ask(method: string, path: string, body?: unknown, headers?: RequestOptions['headers']): Promise<Answer> {
      const outgoing = send(method, path, body, headers)
      const [response] = await once(outgoing, 'response')
      let text = ''
      for await (const chunk of response) text += chunk
      let parsed: unknown = text
      try {
        parsed = JSON.parse(text)
      } catch {
        // A log, or nothing.
      }
      return { code: response.statusCode, headers: response.headers, body: parsed }
    },
    async watch(path: string): Promise<Watch> {
      const outgoing = send('GET', path, undefined)
      const [response] = await once(outgoing, 'response')
      const events: unknown[] = []
      const lines = createInterface(response).on('line', (line) => events.push(JSON.parse(line)))
      lines.on('error', () => {})
      const ended = new Promise<'ended' | 'broken'>((resolve) => {
        response.once('end', () => resolve('ended'))
        response.once('error', () => resolve('broken'))
      })
      return { events, ended, [Symbol.dispose]: () => outgoing.destroy() }
    },
    [Symbol.dispose]: () => agent.destroy(),
  }
}
