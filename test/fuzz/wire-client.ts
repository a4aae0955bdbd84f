import { connect, type TLSSocket } from 'node:tls'
import type { ClusterAccess } from '../support/kubeconfig-access.ts'
import { AnswerReader, type WireAnswer } from './wire-answer.ts'
import { type Conversation, type Credentials, sentBytes } from './wire-request.ts'

/** Longer than any server takes for what the suite asks. */
const PATIENCE_MS = 5_000

/** How a conversation ended. */
export interface Outcome {
  /** In the order of the requests. */
  readonly answers: readonly WireAnswer[]
  /** What came instead of the answers that are missing; null when none is. */
  readonly instead: 'closed' | 'silence' | null
}

/** Speaks HTTP/1.1 to one API server, byte by byte. */
export class WireClient implements Disposable {
  readonly #access: ClusterAccess
  readonly #credentials: Credentials
  /** A connection that is between two requests. */
  #idle: TLSSocket | undefined

  /** @throws Error for an access without a token: only that can be written into a request */
  constructor(access: ClusterAccess) {
    if (access.token === undefined) throw new Error('the fuzz suite needs a kubeconfig with a token')
    this.#access = access
    this.#credentials = { host: new URL(access.url).host, token: access.token }
  }

  /** `replace` is done to the bytes that are sent; it must not change their number. */
  async converse(conversation: Conversation, replace: (bytes: string) => string = (bytes) => bytes): Promise<Outcome> {
    const { requests, afterwards = 'waits' } = conversation
    const bytes = replace(sentBytes(conversation, this.#credentials))
    const isKept = afterwards === 'waits' && requests.length === 1 && requests.every(isPlain)
    const kept = isKept ? this.#idle : undefined
    if (kept) this.#idle = undefined
    const socket = kept && !kept.destroyed ? kept : await this.#connect()
    const outcome = await exchanged(socket, { ...conversation, afterwards }, bytes)
    // A server may end a connection that waits: one that was kept too long is no answer.
    if (kept === socket && outcome.instead === 'closed' && outcome.answers.length === 0)
      return this.converse(conversation, replace)
    const mayBeKept =
      isKept &&
      outcome.instead === null &&
      !socket.destroyed &&
      outcome.answers.every(({ headers }) => !/close/i.test(headers.connection ?? '')) &&
      !requests.some(isEndless)
    if (mayBeKept && !this.#idle) this.#idle = socket
    else socket.destroy()
    return outcome
  }

  [Symbol.dispose](): void {
    this.#idle?.destroy()
    this.#idle = undefined
  }

  #connect(): Promise<TLSSocket> {
    const { hostname, port } = new URL(this.#access.url)
    const options = {
      host: hostname,
      port: Number(port),
      ...(this.#access.ca !== undefined && { ca: this.#access.ca }),
      ALPNProtocols: ['http/1.1'],
      // An answer may come after we have said that we send no more.
      allowHalfOpen: true,
    }
    return new Promise((resolve, reject) => {
      const socket = connect(options)
      socket.once('error', reject)
      socket.once('secureConnect', () => {
        socket.off('error', reject)
        // What breaks later is an outcome, and told as one.
        socket.on('error', () => {})
        resolve(socket)
      })
    })
  }
}

/** Whether both sides know where the request ends, so that another may follow it. */
function isPlain({ version, headers = [], method }: Conversation['requests'][number]): boolean {
  const framing = /^(host|connection|content-length|transfer-encoding|expect|upgrade|te|trailer)$/i
  return (
    version === undefined &&
    /^[A-Z]+$/.test(method) &&
    !headers.some(([name]) => framing.test(name) || /[^\w-]/.test(name))
  )
}

/** Whether its answer may go on for as long as the client listens. */
function isEndless({ target }: { readonly target: string }): boolean {
  return /watch|follow/i.test(target)
}

function exchanged(
  socket: TLSSocket,
  { requests, afterwards }: Conversation & { readonly afterwards: NonNullable<Conversation['afterwards']> },
  bytes: string,
): Promise<Outcome> {
  if (afterwards === 'breaks') {
    return new Promise((resolve) => {
      socket.write(bytes, 'latin1', () => {
        socket.destroy()
        resolve({ answers: [], instead: null })
      })
    })
  }
  return new Promise((resolve, reject) => {
    const reader = new AnswerReader()
    const answers: WireAnswer[] = []
    const settle = (instead: Outcome['instead']) => {
      clearTimeout(timer)
      socket.off('data', take).off('end', over).off('close', over)
      resolve({ answers, instead })
    }
    const takeAll = () => {
      for (let request = requests[answers.length]; request; request = requests[answers.length]) {
        const answer = reader.next({ isBare: request.method === 'HEAD', isEndless: isEndless(request) })
        if (!answer) return
        answers.push(answer)
      }
      settle(null)
    }
    const guarded = (step: () => void) => () => {
      try {
        step()
      } catch (error) {
        reject(error)
      }
    }
    const take = (chunk: Buffer) => {
      reader.push(chunk.toString('latin1'))
      guarded(takeAll)()
    }
    const over = guarded(() => {
      reader.end()
      takeAll()
      if (answers.length < requests.length) settle('closed')
    })
    const timer = setTimeout(() => settle('silence'), PATIENCE_MS)
    socket.on('data', take).once('end', over).once('close', over)
    if (afterwards === 'closes') socket.end(bytes, 'latin1')
    else socket.write(bytes, 'latin1')
  })
}
