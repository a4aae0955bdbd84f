import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { ClusterAccess } from './kubeconfig-access.ts'

/**
 * Begins a GET on a connection of its own, and gives the answer unread: what comes, and when, is the caller's to see. That
 * the connection breaks, at the end of its server for one, is no error.
 */
export async function rawStream(access: ClusterAccess, path: string): Promise<IncomingMessage> {
  const outgoing = request(new URL(path, access.url), {
    agent: false,
    headers: { authorization: `Bearer ${access.token}` },
    ...(access.ca && { ca: access.ca }),
  })
  outgoing.end()
  const [response] = await once(outgoing, 'response')
  for (const end of [outgoing, response]) end.on('error', () => {})
  return response
}
