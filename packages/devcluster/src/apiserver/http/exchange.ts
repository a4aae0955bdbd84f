import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Status } from '../status.ts'
import { negotiateOutput, negotiateStatus, type OutputForm, SERVED } from './negotiation.ts'
import { formatted } from './object-encoder.ts'
import { PIECE_BYTES, pieces } from './pieces.ts'
import type { RequestInfo } from './request-info.ts'
import { warningHeaders } from './warning-headers.ts'

/** Made once: an abort without a reason makes an exception with a stack for each request. */
const CLIENT_HAS_GONE = new Error('the client has gone')
const NEWLINE = Buffer.from('\n')

/** One request and its answer. */
export class Exchange {
  readonly info: RequestInfo
  readonly query: URLSearchParams
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Aborted when the client goes away or the server stops. */
  readonly signal: AbortSignal
  /** A fault: the request is carried out, but its answer never leaves. */
  losesAnswer = false
  /** The media types that its path may answer with. */
  produced: readonly string[] = SERVED
  /** Which object the request is about, as far as its path does not say. */
  subject: { readonly name?: string; readonly uid?: string } = {}
  readonly #abort = new AbortController()
  readonly #warnings: string[] = []
  #answered: ((code: number, isLost: boolean) => void) | undefined

  readonly #auditId: string

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    info: RequestInfo,
    query: URLSearchParams,
    auditId: string,
  ) {
    this.#auditId = auditId
    this.request = request
    this.response = response
    this.info = info
    this.query = query
    this.signal = this.#abort.signal
    response.once('close', () => this.#abort.abort(CLIENT_HAS_GONE))
  }

  /** Hears the code once, when the answer begins. */
  onAnswer(listener: (code: number, isLost: boolean) => void): void {
    this.#answered = listener
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name]
    return Array.isArray(value) ? value.join(',') : value
  }

  /** @throws {ApiError} 406 */
  outputForm(wanted: { readonly isWatch?: boolean; readonly hasTable?: boolean } = {}): OutputForm {
    return negotiateOutput(this.header('accept'), { ...wanted, pretty: this.#isPretty(), produced: this.produced })
  }

  warn(texts: readonly string[]): void {
    this.#warnings.push(...texts)
  }

  /** Answers with JSON, or with what the form makes of it. */
  sendJson(code: number, json: string | Buffer, form: OutputForm): void {
    const isAsItIs = Buffer.isBuffer(json) && form.format === 'json' && !form.pretty
    const body = isAsItIs ? Buffer.concat([json, NEWLINE]) : formatted(String(json), form)
    this.#send(code, body, `application/${form.format}`)
  }

  /** The same in parts that are made as the client reads them: a large list holds nobody up, nor does a slow reader. */
  async sendParts(code: number, parts: Iterable<Buffer>, form: OutputForm): Promise<void> {
    if (form.format !== 'json' || form.pretty) {
      this.sendJson(code, Buffer.concat([...parts]), form)
      return
    }
    const all = pieces(withNewline(parts))
    let piece = all.next().value
    if (piece === undefined || piece.length < PIECE_BYTES) {
      this.#send(code, piece ?? '', 'application/json')
      return
    }
    this.response.setHeader('content-type', 'application/json')
    if (!this.#begin(code)) return
    for (; piece && !this.signal.aborted; piece = all.next().value) {
      if (!this.response.write(piece)) await drained(this.response, this.signal)
    }
    this.response.end()
  }

  /** Answers with a document of the server itself. */
  sendDocument(document: object, mediaType: string, { format, pretty }: OutputForm): void {
    this.#send(200, formatted(JSON.stringify(document), { format, pretty }), mediaType)
  }

  sendBytes(body: Buffer, mediaType: string): void {
    this.#send(200, body, mediaType)
  }

  sendText(code: number, text: string): void {
    this.response.setHeader('x-content-type-options', 'nosniff')
    this.#send(code, text, 'text/plain; charset=utf-8')
  }

  sendStatus(code: number, status: Status): void {
    const { retryAfterSeconds } = status.details ?? {}
    if (retryAfterSeconds !== undefined) this.response.setHeader('retry-after', String(retryAfterSeconds))
    this.sendJson(code, JSON.stringify(status), negotiateStatus(this.header('accept'), this.#isPretty()))
  }

  sendNothing(code: number): void {
    this.#begin(code)
    this.response.end()
  }

  /** Begins an answer of unknown length; false when it must not leave. */
  beginStream(code: number, contentType: string): boolean {
    this.response.setHeader('content-type', contentType)
    if (!this.#begin(code)) return false
    this.response.flushHeaders()
    return true
  }

  #send(code: number, content: string | Buffer, contentType: string): void {
    const body = typeof content === 'string' ? Buffer.from(content) : content
    this.response.setHeader('content-type', contentType)
    this.response.setHeader('content-length', body.length)
    if (this.#begin(code)) this.response.end(this.request.method === 'HEAD' ? undefined : body)
  }

  #begin(code: number): boolean {
    this.#answered?.(code, this.losesAnswer)
    this.#answered = undefined
    if (this.losesAnswer) {
      this.response.destroy()
      return false
    }
    this.response.statusCode = code
    this.response.setHeader('audit-id', this.#auditId)
    this.response.setHeader('cache-control', 'no-cache, private')
    if (this.#warnings.length > 0) {
      this.response.setHeader('warning', warningHeaders(this.#warnings))
    }
    return true
  }

  #isPretty(): boolean {
    const wanted = this.query.get('pretty')
    if (wanted !== null) return wanted !== '0' && wanted !== 'false'
    return /^(curl|Wget|Mozilla\/5\.0)/.test(this.info.userAgent)
  }
}

function* withNewline(parts: Iterable<Buffer>): Generator<Buffer> {
  yield* parts
  yield NEWLINE
}

/** The client has read what was written, or has gone. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  await once(response, 'drain', { signal }).catch(() => undefined)
}
