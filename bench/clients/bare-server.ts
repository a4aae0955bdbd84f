import { readFile } from 'node:fs/promises'
import { type Dispatcher, Pool } from 'undici'
import { parse } from 'yaml'

/** A request with nothing around it: no deadline, no retry, no reading of errors. */
export type BareRequest = (
  method: Dispatcher.HttpMethod,
  path: string,
  options?: { readonly body?: string; readonly contentType?: string; readonly accept?: string },
) => Promise<Dispatcher.ResponseData>

/** Everything else than 2xx. */
export class BareRefusal extends Error {
  override readonly name = 'BareRefusal'
  readonly status: number
  /** 0 where the server does not say. */
  readonly retryAfterMs: number

  constructor(message: string, status: number, retryAfterMs: number) {
    super(message)
    this.status = status
    this.retryAfterMs = retryAfterMs
  }
}

/** An API server as a loop has it that does nothing else: undici, a token, keep-alive connections. */
export class BareServer {
  readonly #pool: Pool
  readonly #authorization: string

  private constructor(pool: Pool, authorization: string) {
    this.#pool = pool
    this.#authorization = authorization
  }

  /** @param connections at most so many at once */
  static async open(kubeconfigPath: string, connections: number): Promise<BareServer> {
    const config = parse(await readFile(kubeconfigPath, 'utf8'))
    const { server, 'certificate-authority-data': authority } = config.clusters[0].cluster
    const pool = new Pool(server, {
      connections,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { ca: Buffer.from(authority, 'base64').toString() },
    })
    return new BareServer(pool, `Bearer ${config.users[0].user.token}`)
  }

  readonly request: BareRequest = async (method, path, options = {}) => {
    const answer = await this.#pool.request(this.#dispatchOptions(method, path, options))
    if (answer.statusCode >= 300) {
      const said = `${method} ${path} was answered ${answer.statusCode}: ${await answer.body.text()}`
      throw new BareRefusal(said, answer.statusCode, Number(answer.headers['retry-after'] ?? 0) * 1000)
    }
    return answer
  }

  /** The same, and the body of the answer, taken as it arrives: what spares a stream for each. */
  exchange(...[method, path, options = {}]: Parameters<BareRequest>): Promise<Buffer> {
    const chunks: Buffer[] = []
    let status = 0
    return new Promise((resolve, reject) => {
      this.#pool.dispatch(this.#dispatchOptions(method, path, options), {
        onRequestStart: () => {},
        onResponseStart: (_, statusCode) => {
          status = statusCode
        },
        onResponseData: (_, chunk) => {
          chunks.push(chunk)
        },
        onResponseEnd: () => {
          const body = Buffer.concat(chunks)
          if (status < 300) resolve(body)
          else reject(new Error(`${method} ${path} was answered ${status}: ${body}`))
        },
        onResponseError: (_, error) => reject(error),
      })
    })
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  #dispatchOptions(...[method, path, options = {}]: Parameters<BareRequest>): Dispatcher.DispatchOptions {
    const { body, contentType = 'application/json', accept = 'application/json' } = options
    return {
      method,
      path,
      headers: {
        authorization: this.#authorization,
        accept,
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      body: body ?? null,
      // undici would close the connection after each DELETE with a body.
      reset: false,
    }
  }
}
