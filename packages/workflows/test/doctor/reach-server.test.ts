import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { systemClock } from '@davit/executor'
import { generate } from 'selfsigned'
import { afterEach, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { connectionFindings } from '../../src/doctor/connection-findings.ts'
import { reachServer } from '../../src/doctor/reach-server.ts'

const DAY_MS = 86_400_000
const nowMs = Date.now()
const sockets = new Set<Socket>()
let server: Server | undefined
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  server?.close()
})

/** A server with a certificate of its own making, which is its own authority. */
async function startServer({ endsInDays = 365, host = '127.0.0.1' } = {}): Promise<{ url: string; authority: string }> {
  const made = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(nowMs - 400 * DAY_MS),
    notAfterDate: new Date(nowMs + endsInDays * DAY_MS + DAY_MS / 2),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [host === '127.0.0.1' ? { type: 7, ip: host } : { type: 2, value: host }] },
    ],
  })
  const listening = createServer({ cert: made.cert, key: made.private }, (_, response) => response.end('{}'))
  return { url: `https://${await listen(listening)}`, authority: made.cert }
}

async function listen(listening: Server): Promise<string> {
  server = listening.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(listening.address() as AddressInfo).port}`
}

/** What is found on the way to a server. */
async function findings(url: string, certificateAuthority: string, insecureSkipTlsVerify = false) {
  const cluster = { server: url, certificateAuthority, insecureSkipTlsVerify }
  const reach = await reachServer({ cluster, clock: systemClock })
  return connectionFindings({ reach, cluster, env: {}, nowMs }).map(({ level, check, what }) => [level, check, what])
}

it('tells how long the server’s certificate lasts', async () => {
  const { url, authority } = await startServer({ endsInDays: 20 })
  const [address, certificate] = await findings(url, authority)
  expect(address).toEqual(['ok', 'address', `${url} answers`])
  expect(certificate).toEqual([
    'ok',
    'certificate',
    expect.stringMatching(/is trusted, until \d{4}-\d\d-\d\d: 20 days left/),
  ])
})

it('warns two weeks before its end', async () => {
  const { url, authority } = await startServer({ endsInDays: 13 })
  expect((await findings(url, authority))[1]).toEqual([
    'warning',
    'certificate',
    expect.stringContaining('13 days left'),
  ])
})

it('tells an expired certificate from one of another authority and from one of another name', async () => {
  const expired = await startServer({ endsInDays: -2 })
  const told = await findings(expired.url, expired.authority)
  expect(told[1]).toEqual(['problem', 'certificate', expect.stringMatching(/has expired.*CERT_HAS_EXPIRED/)])
  expect((await findings(expired.url, expired.authority, true))[1]).toEqual([
    'warning',
    'certificate',
    expect.stringMatching(/insecure-skip-tls-verify.*CERT_HAS_EXPIRED/),
  ])
  server?.close()
  const named = await startServer({ host: 'kubernetes.test' })
  expect((await findings(named.url, named.authority))[1]).toEqual([
    'problem',
    'certificate',
    "the server's certificate is not for 127.0.0.1 (ERR_TLS_CERT_ALTNAME_INVALID)",
  ])
  server?.close()
  const { url } = await startServer()
  expect((await findings(url, expired.authority))[1]).toEqual([
    'problem',
    'certificate',
    expect.stringMatching(/not signed by an authority that we trust/),
  ])
})

it('says of a port that speaks no TLS that it does not', async () => {
  const address = await listen(createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
  const [found] = await findings(`https://${address}`, '')
  expect(found).toEqual(['problem', 'address', expect.stringMatching(/does not speak TLS as an API server does/)])
})

it('gives up on a server that says nothing after five seconds', async () => {
  const asked = Promise.withResolvers<void>()
  const address = await listen(createTcpServer((socket) => void socket.once('data', () => asked.resolve())))
  const clock = new FakeClock()
  const reaching = reachServer({ cluster: { server: `http://${address}`, insecureSkipTlsVerify: false }, clock })
  await asked.promise
  await clock.advance(5_000)
  expect((await reaching).failure).toMatchObject({ step: 'http', message: 'nothing came within 5 s' })
  expect(clock.pendingCount).toBe(0)
})
