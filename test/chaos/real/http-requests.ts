import type { AskedRequest } from '../chaos-cluster.ts'

const END_OF_HEAD = Buffer.from('\r\n\r\n')

/** Cuts the bytes of a connection into whole requests; undici sends one after the other. */
export class HttpRequests {
  #pending: Buffer = Buffer.alloc(0)

  /** The requests that are complete with these bytes. */
  take(chunk: Buffer): { readonly info: AskedRequest; readonly bytes: Buffer }[] {
    this.#pending = Buffer.concat([this.#pending, chunk])
    const complete: { info: AskedRequest; bytes: Buffer }[] = []
    for (;;) {
      const headEnd = this.#pending.indexOf(END_OF_HEAD)
      if (headEnd < 0) return complete
      const head = this.#pending.subarray(0, headEnd).toString('latin1')
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      const end = headEnd + END_OF_HEAD.length + length
      if (this.#pending.length < end) return complete
      complete.push({ info: infoOf(head), bytes: this.#pending.subarray(0, end) })
      this.#pending = this.#pending.subarray(end)
    }
  }
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PATCH: 'patch', DELETE: 'delete', PUT: 'update' }

/** Of a request's head, what faults go by. */
function infoOf(head: string): AskedRequest {
  const [, method = '', target = ''] = /^(\S+) (\S+)/.exec(head) ?? []
  const userAgent = /\r\nuser-agent: *([^\r\n]*)/i.exec(head)?.[1] ?? ''
  const { pathname, searchParams } = new URL(target, 'http://server')
  const [, resource = '', name = ''] = /^\/api\/v1\/(?:namespaces\/[^/]+\/)?([^/]+)\/?([^/]*)/.exec(pathname) ?? []
  const isWatch = searchParams.get('watch') === 'true' || searchParams.get('watch') === '1'
  const verb = VERBS[method] ?? (name !== '' ? 'get' : isWatch ? 'watch' : 'list')
  return { userAgent, verb, resource }
}
