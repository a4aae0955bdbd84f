import { describe, expect, it } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { SkippingClock } from '../../../../test/support/skipping-clock.ts'
import { createKubeClient, type KubeClientOptions } from '../../src/kube/create-kube-client.ts'
import { loadKubeConfig } from '../../src/kube/kube-config.ts'
import { KubernetesExecutor } from '../../src/kubernetes-executor.ts'
import { makeCertificates } from '../support/certificates.ts'
import { base64, kubeconfigText } from '../support/kubeconfig-text.ts'
import { RecordedLogger } from '../support/recorded-logger.ts'
import { keyOf } from '../support/start-executor.ts'
import { type Answer, json, startWireServer, statusBody, type WireServerTls } from '../support/wire-server.ts'

/** An API server without pods, which takes every create. */
const empty: Answer = ({ method, url, body }, response) => {
  if (method === 'POST') {
    const pod = JSON.parse(body)
    json(response, 201, { ...pod, metadata: { ...pod.metadata, uid: 'u', resourceVersion: '101' } })
  } else if (!url.includes('watch=true')) {
    json(response, 200, { kind: 'PodList', metadata: { resourceVersion: '100' }, items: [] })
  } else {
    response.writeHead(200, { 'content-type': 'application/json' })
    const annotations = { 'k8s.io/initial-events-end': 'true' }
    const bookmark = { type: 'BOOKMARK', object: { kind: 'Pod', metadata: { resourceVersion: '100', annotations } } }
    response.write(`${JSON.stringify(bookmark)}\n`)
  }
}

/** An executor with a task to launch, whose waits a test cuts short. */
async function start(cluster: object, user: object = {}, options: KubeClientOptions = {}) {
  const clock = new SkippingClock()
  const logger = new RecordedLogger()
  const config = await loadKubeConfig({ kubeconfig: kubeconfigText(cluster, user), env: {} })
  const kube = createKubeClient(config, { clock, logger, ...options })
  const executor = new KubernetesExecutor({ jobId: '7', kube, clock, random: () => 0, logger })
  await executor.start()
  executor.queueWorkload({ key: keyOf('a'), args: ['true'] })
  executor.heartbeat()
  /** Waits for the condition, and lets backoffs pass meanwhile. */
  const until = (condition: () => boolean) =>
    eventually(() => {
      clock.skip(1_000)
      return condition()
    })
  const said = (message: string) =>
    logger.lines.filter((line) => line.message === message).map(({ fields }) => String(fields.cause))
  const stop = async () => {
    await executor.terminate()
    await kube.close()
  }
  return { executor, until, said, stop, logger }
}

type Started = Awaited<ReturnType<typeof start>>

/** The trouble is there, is retried, and is told once. */
async function expectTrouble(
  { executor, until, said }: Started,
  cause: string,
  message: RegExp,
  requests: () => number,
) {
  await until(() => executor.state.troubles.some(({ sources }) => sources.length === 2))
  const before = requests()
  await until(() => requests() > before + 4)
  expect(executor.state.troubles).toMatchObject([
    {
      cause,
      message: expect.stringMatching(message),
      sources: expect.arrayContaining(['creates', 'watch of default']),
    },
  ])
  expect(executor.state.watches[0]?.lastError?.cause).toBe(cause)
  // Between two of its creates; while one is under way the launch waits for nothing.
  await until(() => executor.state.creates.held.some(({ launches }) => launches === 1))
  expect([said('trouble began'), said('trouble is over')]).toEqual([[cause], []])
}

async function expectOver({ executor, until, said, logger, stop }: Started, cause: string) {
  await until(() => executor.state.troubles.length === 0 && executor.state.launches.live === 1)
  expect(executor.state.watches).toMatchObject([{ state: 'watching' }])
  expect([said('trouble began'), said('trouble is over')]).toEqual([[cause], [cause]])
  expect(
    logger.lines.filter(({ level }) => level === 'warn' || level === 'error').map(({ message }) => message),
  ).toEqual(['trouble began'])
  await stop()
}

describe('troubles, told once a cause, retried, and over', () => {
  it('a token that was revoked', async () => {
    let isRevoked = true
    await using server = await startWireServer((request, response) => {
      if (isRevoked) json(response, 401, statusBody(401, 'Unauthorized', 'Unauthorized'))
      else empty(request, response)
    })
    const started = await start({ server: server.url }, { token: 'secret' })
    await expectTrouble(started, 'unauthorized', /Unauthorized/, () => server.requests.length)
    isRevoked = false
    await expectOver(started, 'unauthorized')
    expect(JSON.stringify(started.logger.lines)).not.toContain('secret')
  })

  it("a server's certificate that has expired", async () => {
    const certificates = await makeCertificates()
    const { cert, key } = await certificates.expiredServer()
    const tls: WireServerTls = { cert, key }
    const expired = await startWireServer(empty, tls)
    const port = Number(new URL(expired.url).port)
    const authority = { 'certificate-authority-data': base64(certificates.authority.cert) }
    const started = await start({ server: expired.url, ...authority })
    await expectTrouble(started, 'tls', /certificate has expired/, () => expired.accepted())
    expect(expired.requests).toEqual([])
    await expired.stop()
    await using renewed = await startWireServer(empty, certificates.server, { port })
    expect(renewed.url).toBe(expired.url)
    await expectOver(started, 'tls').catch(async (error) => {
      await started.stop()
      throw error
    })
  })

  it('a host name that has no address any more', async () => {
    let isGone = true
    let lookups = 0
    await using server = await startWireServer(empty)
    const { connect } = await import('node:net')
    const started = await start(
      { server: 'http://api.example.com' },
      {},
      {
        connect() {
          lookups += 1
          if (isGone) throw Object.assign(new Error('getaddrinfo ENOTFOUND api.example.com'), { code: 'ENOTFOUND' })
          return connect(Number(new URL(server.url).port), '127.0.0.1')
        },
      },
    )
    await expectTrouble(started, 'dns', /the host name has no address/, () => lookups)
    isGone = false
    await expectOver(started, 'dns')
  })
})
