/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly code: number
  /** By their names in lower case; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** Of an answer that goes on, as a watch does: what of it came with its head. */
  readonly body: string
}

/**
 * Takes answers out of the bytes of one connection. Reads HTTP by itself: an HTTP client would hide half of what the
 * suite wants to see.
 */
export class AnswerReader {
  #bytes = ''
  #isOver = false

  push(bytes: string): void {
    this.#bytes += bytes
  }

  /** Nothing more will come. */
  end(): void {
    this.#isOver = true
  }

  /**
   * The next answer; undefined until all of it is there. `isBare`: it has no body, whatever its head says.
   *
   * @throws Error for bytes that are no HTTP
   */
  next({ isBare, isEndless }: { readonly isBare: boolean; readonly isEndless: boolean }): WireAnswer | undefined {
    for (;;) {
      const headEnd = this.#bytes.indexOf('\r\n\r\n')
      if (headEnd < 0) return undefined
      const { code, headers } = headOf(this.#bytes.slice(0, headEnd))
      const rest = this.#bytes.slice(headEnd + 4)
      if (code >= 100 && code < 200) {
        // Word that the body may come: the answer is still to come.
        this.#bytes = rest
        continue
      }
      const isChunked = headers['transfer-encoding']?.toLowerCase() === 'chunked'
      if (isEndless && isChunked && code === 200) {
        this.#bytes = ''
        return { code, headers, body: rest }
      }
      const found = bodyOf(
        rest,
        { isBare: isBare || code === 204 || code === 304, isChunked, isOver: this.#isOver },
        headers,
      )
      if (!found) return undefined
      this.#bytes = rest.slice(found.length)
      return { code, headers, body: found.body }
    }
  }
}

function headOf(head: string): { code: number; headers: Record<string, string> } {
  const [statusLine = '', ...lines] = head.split('\r\n')
  const match = /^HTTP\/1\.[01] ([0-9]{3})(?: |$)/.exec(statusLine)
  if (!match) throw new Error(`no HTTP answer: ${JSON.stringify(statusLine)}`)
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return { code: Number(match[1]), headers }
}

interface Body {
  readonly body: string
  /** How many bytes it took. */
  readonly length: number
}

function bodyOf(
  bytes: string,
  { isBare, isChunked, isOver }: { readonly isBare: boolean; readonly isChunked: boolean; readonly isOver: boolean },
  headers: Readonly<Record<string, string>>,
): Body | undefined {
  if (isBare) return { body: '', length: 0 }
  if (isChunked) return chunkedBody(bytes)
  const length = headers['content-length'] === undefined ? undefined : Number(headers['content-length'])
  // Without a length the answer goes on until the connection ends.
  if (length === undefined) return isOver ? { body: bytes, length: bytes.length } : undefined
  return bytes.length < length ? undefined : { body: bytes.slice(0, length), length }
}

function chunkedBody(bytes: string): Body | undefined {
  let body = ''
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.slice(at, lineEnd), 16)
    const start = lineEnd + 2
    if (bytes.length < start + size + 2) return undefined
    if (size === 0) return { body, length: start + 2 }
    body += bytes.slice(start, start + size)
    at = start + size + 2
  }
}
