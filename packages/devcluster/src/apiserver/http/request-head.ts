import type { IncomingMessage } from 'node:http'

/** The characters that a host may have, with or without a port (Go: httpguts.ValidHostHeader). */
const HOST = /^[\w!$%&()*+,\-.:;=[\]'~]*$/

/** What Go's HTTP server refuses before anybody looks at the path. */
export interface HeadProblem {
  readonly code: 400 | 501
  readonly text: string
}

/** What is wrong with the head of a request that Node's parser lets pass; undefined when nothing is. */
export function headProblem({ headers, headersDistinct, httpVersion }: IncomingMessage): HeadProblem | undefined {
  const encoding = headers['transfer-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') return UNSUPPORTED_ENCODING
  const { host } = headers
  if (host === undefined && httpVersion === '1.1') return badRequest('missing required Host header')
  if ((headersDistinct.host?.length ?? 0) > 1) return badRequest('too many Host headers')
  if (host !== undefined && !HOST.test(host)) return badRequest('malformed Host header')
  return undefined
}

export const UNSUPPORTED_ENCODING: HeadProblem = { code: 501, text: 'Unsupported transfer encoding' }

function badRequest(why: string): HeadProblem {
  return { code: 400, text: `400 Bad Request: ${why}` }
}
