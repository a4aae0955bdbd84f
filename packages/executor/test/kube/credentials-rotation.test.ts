import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createSecureServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { createKubeClient } from '../../src/kube/create-kube-client.ts'
import { loadKubeConfig } from '../../src/kube/kube-config.ts'
import { makeCertificates, type TestCertificates } from '../support/certificates.ts'
import { base64, kubeconfigText } from '../support/kubeconfig-text.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { json, startWireServer, statusBody, type WireServerTls } from '../support/wire-server.ts'

let folder: ReturnType<typeof temporaryFolder>
let clock: FakeClock
beforeEach(() => {
  folder = temporaryFolder()
  clock = new FakeClock()
})
afterEach(() => folder[Symbol.dispose]())

async function connect(cluster: object, user: object) {
  const kubeconfigPath = join(folder.path, 'config')
  writeFileSync(kubeconfigPath, kubeconfigText(cluster, user))
  const kube = createKubeClient(await loadKubeConfig({ kubeconfigPath, env: {} }), { clock })
  return { kube, [Symbol.asyncDispose]: () => kube.close() }
}

/** Lets in who shows the token, and keeps the watch of those open. */
function guarded(tokens: () => string) {
  return startWireServer(({ headers, url }, response) => {
    if (headers.authorization !== `Bearer ${tokens()}`)
      json(response, 401, statusBody(401, 'Unauthorized', 'Unauthorized'))
    else if (url.includes('watch')) response.writeHead(200).write('\n')
    else json(response, 200, { gitVersion: 'v1' })
  })
}

describe('after a 401', () => {
  it('reads the token file again, and asks once more', async () => {
    const file = join(folder.path, 'token')
    writeFileSync(file, 'old')
    await using server = await guarded(() => 'new')
    await using client = await connect({ server: server.url }, { tokenFile: 'token' })
    writeFileSync(file, 'new')
    expect(await client.kube.version()).toEqual({ gitVersion: 'v1' })
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer new'])

    writeFileSync(file, 'old')
    await clock.advance(60_000)
    await expect(client.kube.version()).rejects.toMatchObject({ httpStatus: 401 })
    expect(server.requests).toHaveLength(3)
  })

  it('opens a watch with the new token too', async () => {
    const file = join(folder.path, 'token')
    writeFileSync(file, 'first')
    let valid = 'first'
    await using server = await guarded(() => valid)
    await using client = await connect({ server: server.url }, { tokenFile: 'token' })
    await client.kube.version()
    valid = 'second'
    writeFileSync(file, 'second')
    const controller = new AbortController()
    const watch = (async () => {
      for await (const event of client.kube.pods.watch('ns', { signal: controller.signal, project: (pod) => pod })) {
        throw new Error(JSON.stringify(event))
      }
    })()
    await eventually(() => server.requests.length === 3)
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer first',
      'Bearer second',
    ])
    controller.abort()
    await watch
  })

  it('does not ask again with credentials that cannot change', async () => {
    await using server = await guarded(() => 'right')
    await using client = await connect({ server: server.url }, { token: 'wrong' })
    await expect(client.kube.version()).rejects.toMatchObject({ httpStatus: 401, status: { reason: 'Unauthorized' } })
    expect(server.requests).toHaveLength(1)
  })

  it('runs the exec plugin once for all requests that heard it', async () => {
    const runs = join(folder.path, 'runs')
    writeFileSync(
      join(folder.path, 'plugin.cjs'),
      `const fs = require('node:fs')
      fs.appendFileSync(${JSON.stringify(runs)}, 'x')
      const token = 'token-' + fs.readFileSync(${JSON.stringify(runs)}, 'utf8').length
      console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token } }))`,
    )
    let valid = 'token-1'
    await using server = await guarded(() => valid)
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      interactiveMode: 'Never',
      command: process.execPath,
      args: [join(folder.path, 'plugin.cjs')],
    }
    await using client = await connect({ server: server.url }, { exec })
    await client.kube.version()
    valid = 'token-2'
    await Promise.all(Array.from({ length: 20 }, () => client.kube.version()))
    expect(readFileSync(runs, 'utf8')).toBe('xx')
  })

  it('says why there are no credentials, as a connection error that may pass', async () => {
    await using server = await guarded(() => 'any')
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never', command: '/nowhere/login' }
    await using client = await connect({ server: server.url }, { exec })
    await expect(client.kube.version()).rejects.toMatchObject({
      kind: 'credentials',
      mayHaveArrived: false,
      message: expect.stringContaining('the credential plugin /nowhere/login failed: the command is not there'),
    })
    expect(server.requests).toHaveLength(0)
  })
})

describe('TLS', () => {
  let certificates: TestCertificates
  beforeEach(async () => {
    certificates = await makeCertificates()
  })

  function start(more: Partial<WireServerTls> = {}) {
    return startWireServer(
      (request, response) => {
        if (request.url.includes('watch')) response.writeHead(200).write('\n')
        else json(response, 200, { gitVersion: request.clientName ?? 'nobody' })
      },
      { ...certificates.server, ...more },
    )
  }

  it('takes the certificate of the named authority, and keeps the connection', async () => {
    await using server = await start()
    await using client = await connect(
      { server: server.url, 'certificate-authority-data': base64(certificates.authority.cert) },
      {},
    )
    for (let round = 0; round < 20; round++) expect(await client.kube.version()).toEqual({ gitVersion: 'nobody' })
    // undici may open a second one while the first is being given back.
    expect(server.accepted()).toBeLessThanOrEqual(2)
  })

  it('refuses another authority, and says so', async () => {
    await using server = await start()
    await using client = await connect({ server: server.url }, {})
    await expect(client.kube.version()).rejects.toMatchObject({
      kind: 'tls',
      mayHaveArrived: false,
      message: expect.stringMatching(/the server's certificate is not accepted: .+ \([A-Z_]+\)$/),
    })
  })

  it('checks the name that tls-server-name says', async () => {
    await using server = await start()
    const cluster = { server: server.url, 'certificate-authority-data': base64(certificates.authority.cert) }
    await using right = await connect({ ...cluster, 'tls-server-name': 'kubernetes.test' }, {})
    expect(await right.kube.version()).toEqual({ gitVersion: 'nobody' })
    await using wrong = await connect({ ...cluster, 'tls-server-name': 'another.test' }, {})
    await expect(wrong.kube.version()).rejects.toMatchObject({
      kind: 'tls',
      message: expect.stringContaining('another.test'),
    })
  })

  it('speaks HTTP/1.1 also where the server would rather speak HTTP/2', async () => {
    const versions: string[] = []
    const { cert, key } = certificates.server
    await using both = createHttp2Server({ cert, key, allowHTTP1: true }, ({ httpVersion }, response) => {
      versions.push(httpVersion)
      response.end('{}')
    }).listen(0, '127.0.0.1')
    await once(both, 'listening')
    const { port } = both.address() as AddressInfo
    await using client = await connect(
      { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': base64(certificates.authority.cert) },
      {},
    )
    await client.kube.version()
    expect(versions).toEqual(['1.1'])
  })

  it('takes any certificate under insecure-skip-tls-verify', async () => {
    await using server = await start()
    await using client = await connect({ server: server.url, 'insecure-skip-tls-verify': true }, {})
    expect(await client.kube.version()).toEqual({ gitVersion: 'nobody' })
  })

  it('says that a server does not speak TLS', async () => {
    await using server = await startWireServer((_, response) => response.end())
    await using client = await connect({ server: server.url.replace('http:', 'https:') }, {})
    await expect(client.kube.version()).rejects.toMatchObject({
      kind: 'tls',
      message: expect.stringContaining('the server does not speak TLS there'),
    })
  })

  it('moves to new connections with a new client certificate, while the old watch goes on', async () => {
    const alice = await certificates.client('alice')
    const bob = await certificates.client('bob')
    writeFileSync(join(folder.path, 'tls.crt'), alice.cert)
    writeFileSync(join(folder.path, 'tls.key'), alice.key)
    await using server = await start({ clientAuthority: certificates.authority.cert })
    await using client = await connect(
      { server: server.url, 'certificate-authority-data': base64(certificates.authority.cert) },
      { 'client-certificate': 'tls.crt', 'client-key': 'tls.key' },
    )
    expect(await client.kube.version()).toEqual({ gitVersion: 'alice' })
    const watch = client.kube.pods
      .watch('ns', { silenceMs: 3_600_000, project: (pod) => pod })
      [Symbol.asyncIterator]()
      .next()
    const watched = watch.catch((error: unknown) => error)
    await eventually(() => server.requests.length === 2)

    writeFileSync(join(folder.path, 'tls.crt'), bob.cert)
    writeFileSync(join(folder.path, 'tls.key'), bob.key)
    expect(await client.kube.version()).toEqual({ gitVersion: 'alice' })
    await clock.advance(60_000)
    expect(await client.kube.version()).toEqual({ gitVersion: 'bob' })
    // The watch of the old pair, and one connection of the new one.
    await eventually(() => server.sockets.size === 2)
    await client.kube.close()
    expect(await watched).toMatchObject({ kind: 'aborted' })
    await eventually(() => server.sockets.size === 0)
  })
})
