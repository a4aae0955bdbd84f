import { lookup } from 'node:dns/promises'
import { request } from 'node:http'
import { connect, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import type { Clock, KubeConfig } from '@davit/executor'

/** The certificate that a server showed. */
export interface ServerCertificate {
  readonly endsAtMs: number
  /** Node's code for why it is not trusted (`CERT_HAS_EXPIRED`, …); null: it is. */
  readonly distrust: string | null
}

/** How far we came on the way to a server, step by step. */
export interface Reach {
  readonly host: string
  readonly port: number
  readonly isTls: boolean
  /** Where the way ended; null: at an answer. */
  readonly failure: {
    readonly step: 'dns' | 'tcp' | 'tls' | 'http'
    readonly code: string
    readonly message: string
  } | null
  readonly certificate: ServerCertificate | null
  /** By the `Date` of the answer; null without one. */
  readonly time: { readonly serverMs: number; readonly askedAtMs: number; readonly answeredAtMs: number } | null
}

/** Each step has so long. */
const STEP_MS = 5_000

interface ReachOptions {
  readonly cluster: KubeConfig['cluster']
  /** Of the user: some gateways want it before they say anything. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string } | undefined
  readonly clock: Clock
}

/** Goes the way to the server by hand, so that each step can be told from the next. Asks for `/version` without credentials. */
export async function reachServer({ cluster, clientCertificate, clock }: ReachOptions): Promise<Reach> {
  const url = new URL(cluster.server)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isTls = url.protocol === 'https:'
  const port = Number(url.port) || (isTls ? 443 : 80)
  const reached: { -readonly [K in keyof Reach]: Reach[K] } = {
    host,
    port,
    isTls,
    failure: null,
    certificate: null,
    time: null,
  }
  let step: NonNullable<Reach['failure']>['step'] = 'dns'
  let socket: Socket | undefined
  try {
    if (isIP(host) === 0) await within(clock, lookup(host))
    step = 'tcp'
    socket = connect({ host, port })
    await within(clock, opened(socket, 'connect'))
    if (isTls) {
      step = 'tls'
      const secure = connectTls({ socket, ...tlsOptions(host, cluster, clientCertificate) })
      socket = secure
      await within(clock, opened(secure, 'secureConnect'))
      reached.certificate = certificateOf(secure)
    }
    step = 'http'
    reached.time = await within(
      clock,
      serverTime(socket, `${url.pathname.replace(/\/+$/, '')}/version`, url.host, clock),
    )
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    reached.failure = { step, code: code ?? '', message: message ?? String(error) }
  } finally {
    socket?.destroy()
  }
  return reached
}

function tlsOptions(
  host: string,
  { certificateAuthority, tlsServerName }: KubeConfig['cluster'],
  client: ReachOptions['clientCertificate'],
): ConnectionOptions {
  const name = tlsServerName ?? host
  return {
    // What is wrong with the certificate is looked at afterwards.
    rejectUnauthorized: false,
    ...(isIP(name) === 0 ? { servername: name } : { host: name }),
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
  }
}

function certificateOf(socket: TLSSocket): ServerCertificate {
  const distrust = socket.authorizationError as Error | string | null | undefined
  return {
    endsAtMs: Date.parse(socket.getPeerCertificate().valid_to),
    distrust: distrust ? ((distrust as NodeJS.ErrnoException).code ?? String(distrust)) : null,
  }
}

/** The time that an answer bears, to the second, and when we asked for it. */
function serverTime(socket: Socket, path: string, host: string, clock: Clock): Promise<Reach['time']> {
  return new Promise((resolve, reject) => {
    const askedAtMs = clock.now()
    const asking = request({ path, createConnection: () => socket, headers: { host } }, (answer) => {
      answer.resume()
      const serverMs = Date.parse(answer.headers.date ?? '')
      resolve(Number.isNaN(serverMs) ? null : { serverMs, askedAtMs, answeredAtMs: clock.now() })
    })
    asking.on('error', reject)
    asking.end()
  })
}

function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve())
    socket.once('error', reject)
    socket.once('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })))
  })
}

async function within<T>(clock: Clock, step: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const error = Object.assign(new Error(`nothing came within ${STEP_MS / 1000} s`), { code: 'ETIMEDOUT' })
  const timer = clock.setTimeout(() => late.reject(error), STEP_MS)
  try {
    return await Promise.race([step, late.promise])
  } finally {
    timer.cancel()
  }
}
