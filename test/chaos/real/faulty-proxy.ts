import type { Duplex } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'
import type { FaultHandle } from '@davit/devcluster'
import type { ClusterAccess } from '../../support/kubeconfig-access.ts'
import type { AskedRequest, Match, Refusal } from '../chaos-cluster.ts'
import { HttpRequests } from './http-requests.ts'

type RuleKind = 'loseAnswer' | 'drop' | 'refuse' | 'delay' | 'stall'

interface Rule {
  readonly kind: RuleKind
  readonly match: Match
  readonly most: number
  readonly delayMs?: number
  readonly refusal?: Refusal
  hits: number
}

interface Passage {
  readonly client: Duplex
  readonly server: TLSSocket
  /** What was asked last: one request after the other goes over a connection. */
  info: AskedRequest | null
  losesAnswer: boolean
  held: Buffer[]
  wasStalled: boolean
}

const WORDS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  502: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

/**
 * Between clients of this process and an API server: passes bytes on, and does to requests and answers what it is told.
 * What the server has carried out it has carried out, whatever becomes of the answer.
 */
export class FaultyProxy implements Disposable {
  readonly #access: ClusterAccess
  readonly #rules = new Set<Rule>()
  readonly #passages = new Set<Passage>()

  constructor(access: ClusterAccess) {
    this.#access = access
  }

  /** Serves a connection, in the clear; towards the server it is TLS, with the kubeconfig's certificate. */
  readonly accept = (client: Duplex): void => {
    const { url, ca, cert, key } = this.#access
    const { hostname: host, port } = new URL(url)
    const server = connect({ host, port: Number(port), ca, cert, key, ALPNProtocols: ['http/1.1'] })
    const passage: Passage = { client, server, info: null, losesAnswer: false, held: [], wasStalled: false }
    this.#passages.add(passage)
    const requests = new HttpRequests()
    const end = () => {
      this.#passages.delete(passage)
      client.destroy()
      server.destroy()
    }
    for (const side of [client, server]) side.on('error', end).on('close', end).on('end', end)
    client.on('data', (chunk: Buffer) => {
      for (const { info, bytes } of requests.take(chunk)) void this.#ask(passage, info, bytes)
    })
    server.on('data', (chunk: Buffer) => this.#answer(passage, chunk))
  }

  add(kind: RuleKind, match: Match, more: { most?: number; delayMs?: number; refusal?: Refusal } = {}): FaultHandle {
    const rule: Rule = { kind, match, most: more.most ?? Number.POSITIVE_INFINITY, ...more, hits: 0 }
    this.#rules.add(rule)
    const undo = () => {
      this.#rules.delete(rule)
      for (const passage of this.#passages) this.#flush(passage)
    }
    return {
      get hits() {
        return rule.hits
      },
      undo,
      [Symbol.dispose]: undo,
    }
  }

  /** Breaks open watches; returns how many. */
  dropWatches(match: Match): number {
    const chosen = [...this.#passages].filter(({ info }) => info?.verb === 'watch' && match(info))
    for (const { client } of chosen) client.destroy()
    return chosen.length
  }

  [Symbol.dispose](): void {
    for (const { client, server } of this.#passages) {
      client.destroy()
      server.destroy()
    }
  }

  async #ask(passage: Passage, info: AskedRequest, bytes: Buffer): Promise<void> {
    passage.info = info
    passage.wasStalled = false
    const delay = this.#hit('delay', info)
    if (delay) await new Promise((resolve) => setTimeout(resolve, delay.delayMs))
    const refusal = this.#hit('refuse', info)?.refusal
    if (refusal) {
      passage.client.write(refusalText(refusal))
      return
    }
    if (this.#hit('drop', info)) {
      passage.client.destroy()
      return
    }
    passage.losesAnswer = this.#hit('loseAnswer', info) !== undefined
    passage.server.write(bytes)
  }

  #answer(passage: Passage, chunk: Buffer): void {
    if (passage.losesAnswer) {
      passage.client.destroy()
      return
    }
    passage.held.push(chunk)
    this.#flush(passage)
  }

  #flush(passage: Passage): void {
    const { info } = passage
    const stall = info?.verb === 'watch' ? this.#find('stall', info) : undefined
    if (stall) {
      if (!passage.wasStalled) stall.hits += 1
      passage.wasStalled = true
      return
    }
    for (const chunk of passage.held.splice(0)) passage.client.write(chunk)
  }

  #hit(kind: RuleKind, info: AskedRequest): Rule | undefined {
    const rule = this.#find(kind, info)
    if (!rule) return undefined
    rule.hits += 1
    if (rule.hits >= rule.most) this.#rules.delete(rule)
    return rule
  }

  #find(kind: RuleKind, info: AskedRequest): Rule | undefined {
    for (const rule of this.#rules) if (rule.kind === kind && rule.match(info)) return rule
    return undefined
  }
}

function refusalText({ code, retryAfterSeconds }: Refusal): string {
  const reason = WORDS[code] ?? 'Unknown'
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message: `refused by a fault: ${reason}`,
  }
  const body = JSON.stringify(status)
  const retryAfter = retryAfterSeconds === undefined ? '' : `retry-after: ${retryAfterSeconds}\r\n`
  return `HTTP/1.1 ${code} ${reason}\r\ncontent-type: application/json\r\n${retryAfter}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
