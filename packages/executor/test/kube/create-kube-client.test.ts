import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createConnection } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { createKubeClient, type KubeClientOptions } from '../../src/kube/create-kube-client.ts'
import type { KubeClient } from '../../src/kube/kube-client.ts'
import { loadKubeConfig } from '../../src/kube/kube-config.ts'
import { KubeApiError, KubeConnectionError } from '../../src/kube/kube-errors.ts'
import type { PodView } from '../../src/kube/pod-view.ts'
import type { Pod } from '../../src/kube/types.ts'
import { kubeconfigText } from '../support/kubeconfig-text.ts'
import {
  type Answer,
  json,
  type ReceivedRequest,
  startWireServer,
  statusBody,
  type WireServer,
} from '../support/wire-server.ts'

const pod: Pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'base', image: 'i' }] } }
const name = (object: PodView) => object.metadata?.name

let server: WireServer
let kube: KubeClient
let answer: Answer

beforeEach(async () => {
  answer = (_, response) => json(response, 200, { kind: 'Pod', metadata: { name: 'p', resourceVersion: '1' } })
  server = await startWireServer((request, response) => answer(request, response))
  kube = await connect()
})
afterEach(async () => {
  await kube.close()
  await server.stop()
})

async function connect(options: KubeClientOptions = {}, user: object = { token: 't' }, url = server.url) {
  return createKubeClient(await loadKubeConfig({ kubeconfig: kubeconfigText({ server: url }, user), env: {} }), options)
}

function only(): ReceivedRequest {
  const [request] = server.requests
  if (!request || server.requests.length !== 1) throw new Error(`${server.requests.length} requests`)
  return request
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => new Error(`resolved to ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
}

async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all).toString('utf8')
}

describe('the verbs on pods', () => {
  it('creates, with the kind filled in, strictly and dry where that is asked for', async () => {
    expect(await kube.pods.create('ns', pod, { dryRun: true, fieldValidation: 'Strict' })).toMatchObject({
      metadata: { name: 'p' },
    })
    const { method, url, body, headers } = only()
    expect([method, url]).toEqual(['POST', '/api/v1/namespaces/ns/pods?dryRun=All&fieldValidation=Strict'])
    expect(JSON.parse(body)).toEqual({ apiVersion: 'v1', kind: 'Pod', ...pod })
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/vnd.kubernetes.protobuf,application/json',
      authorization: 'Bearer t',
      'user-agent': expect.stringMatching(/^davit\/\d+\.\d+\.\d+/),
    })
  })

  it('gets by escaped names, which cannot leave their place in the path', async () => {
    await kube.pods.get('a/b?c', '../x#y %')
    expect(only().url).toBe('/api/v1/namespaces/a%2Fb%3Fc/pods/..%2Fx%23y%20%25')
    await expect(kube.pods.get('ns', '')).rejects.toThrow('not a name that Kubernetes could have given: ""')
    await expect(kube.pods.delete('..', 'p')).rejects.toThrow('not a name')
    expect(server.requests).toHaveLength(1)
  })

  it('lists one page, projected, with selectors, and continues', async () => {
    answer = (_, response) =>
      json(response, 200, {
        kind: 'PodList',
        metadata: { resourceVersion: '42', continue: 'next', remainingItemCount: 7 },
        items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
      })
    const page = await kube.pods.list('ns', {
      limit: 2,
      labelSelector: 'a=b,c!=d',
      fieldSelector: 'x=1',
      resourceVersion: '0',
      project: name,
    })
    expect(page).toEqual({ items: ['a', 'b'], resourceVersion: '42', continue: 'next', remainingItemCount: 7 })
    await kube.pods.list(null, { limit: 2, continue: 'a b', resourceVersion: '0', project: name })
    const queries = server.requests.map(({ url }) => new URL(url, 'http://x'))
    expect(queries.map(({ pathname, searchParams }) => [pathname, Object.fromEntries(searchParams)])).toEqual([
      [
        '/api/v1/namespaces/ns/pods',
        { labelSelector: 'a=b,c!=d', fieldSelector: 'x=1', limit: '2', resourceVersion: '0' },
      ],
      ['/api/v1/pods', { limit: '2', continue: 'a b' }],
    ])
  })

  it('takes a list of nothing, which Go writes as null', async () => {
    answer = (_, response) => json(response, 200, { metadata: { resourceVersion: '1' }, items: null })
    expect(await kube.pods.list('ns', { project: name })).toEqual({ items: [], resourceVersion: '1' })
  })

  it.each([
    ['merge', { a: null }, 'application/merge-patch+json'],
    ['strategic', { spec: {} }, 'application/strategic-merge-patch+json'],
    ['json', [{ op: 'remove', path: '/a' }], 'application/json-patch+json'],
  ] as const)('patches by %s', async (type, patch, contentType) => {
    await kube.pods.patch('ns', 'p', { type, patch } as Parameters<typeof kube.pods.patch>[2])
    const { method, url, body, headers } = only()
    expect([method, url, headers['content-type'], body]).toEqual([
      'PATCH',
      '/api/v1/namespaces/ns/pods/p',
      contentType,
      JSON.stringify(patch),
    ])
  })

  it('deletes with the uid as precondition, a grace period of 0 and a policy', async () => {
    await kube.pods.delete('ns', 'p', { uid: 'u-1', gracePeriodSeconds: 0, propagationPolicy: 'Background' })
    const { method, url, body } = only()
    expect([method, url]).toEqual(['DELETE', '/api/v1/namespaces/ns/pods/p'])
    expect(JSON.parse(body)).toEqual({
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      preconditions: { uid: 'u-1' },
      gracePeriodSeconds: 0,
      propagationPolicy: 'Background',
    })
  })

  it('gives the log as bytes, whatever they are', async () => {
    answer = (_, response) => response.end(Buffer.from([0xff, 0x00, 0x41]))
    const chunks: Uint8Array[] = []
    for await (const chunk of kube.pods.log('ns', 'p', {
      container: 'base',
      tailLines: 5,
      sinceSeconds: 6,
      timestamps: true,
      limitBytes: 7,
      previous: false,
    })) {
      chunks.push(chunk)
    }
    expect([...Buffer.concat(chunks)]).toEqual([0xff, 0x00, 0x41])
    expect(only().url).toBe(
      '/api/v1/namespaces/ns/pods/p/log?container=base&tailLines=5&sinceSeconds=6&timestamps=true&limitBytes=7&previous=false',
    )
  })

  it('asks for the version under the path of a gateway', async () => {
    answer = (_, response) => json(response, 200, { gitVersion: 'v1.36.3', major: '1', minor: '36' })
    await using gate = {
      kube: await connect({}, {}, `${server.url}/k8s/clusters/c-1/`),
      [Symbol.asyncDispose]: () => gate.kube.close(),
    }
    expect(await gate.kube.version()).toEqual({ gitVersion: 'v1.36.3', major: '1', minor: '36' })
    expect(only().url).toBe('/k8s/clusters/c-1/version')
    expect(only().headers.authorization).toBeUndefined()
    expect(gate.kube.server).toBe(server.url)
  })
})

describe('a refusal', () => {
  it('keeps the Status whole, and leaves the query out of the message', async () => {
    const details = {
      name: 'p',
      kind: 'pods',
      causes: [{ reason: 'FieldValueInvalid', message: 'no', field: 'spec.x' }],
    }
    const status = statusBody(422, 'Invalid', 'Pod "p" is invalid:\n spec.x', details)
    answer = (_, response) => json(response, 422, status)
    const error = await failure(kube.pods.create('ns', pod, { fieldValidation: 'Strict' }))
    expect(error).toBeInstanceOf(KubeApiError)
    expect(error).toMatchObject({
      code: 'KUBE_API',
      httpStatus: 422,
      method: 'POST',
      path: '/api/v1/namespaces/ns/pods',
      status,
    })
    expect((error as Error).message).toBe(
      'the API server answered 422 Invalid to POST /api/v1/namespaces/ns/pods: Pod "p" is invalid: spec.x',
    )
  })

  it.each([
    ['seconds', '7', 7_000],
    ['a date', new Date(Date.parse('2026-01-01T00:01:30Z')).toUTCString(), 90_000],
  ])('says how long to wait, told in %s', async (_, header, expected) => {
    answer = (_request, response) => response.writeHead(429, { 'retry-after': header }).end()
    await using client = await connect({ clock: new FakeClock(Date.parse('2026-01-01T00:00:00Z')) }).then((made) => ({
      ...made,
      [Symbol.asyncDispose]: () => made.close(),
    }))
    expect(await failure(client.pods.get('ns', 'p'))).toMatchObject({
      retryAfterMs: expected,
      status: { code: 429, reason: 'TooManyRequests', message: '' },
    })
  })

  it('reads a page of HTML, a redirect to a sign-in, and a watch that is refused', async () => {
    answer = (_, response) =>
      response.writeHead(502, { 'content-type': 'text/html' }).end('<html><body>Bad Gateway</body></html>')
    expect(await failure(kube.pods.get('ns', 'p'))).toMatchObject({ status: { code: 502, message: 'Bad Gateway' } })
    answer = (_, response) => response.writeHead(302, { location: 'https://sso.example/login' }).end()
    expect(await failure(kube.pods.get('ns', 'p'))).toMatchObject({
      httpStatus: 302,
      status: { message: 'redirected to https://sso.example/login' },
    })
    answer = (_, response) => json(response, 410, statusBody(410, 'Expired', 'too old resource version'))
    const watch = kube.pods.watch('ns', { project: name })[Symbol.asyncIterator]()
    expect(await failure(watch.next())).toMatchObject({ httpStatus: 410, status: { reason: 'Expired' } })
  })

  it('does not read a body without an end', async () => {
    answer = (_, response) => {
      response.writeHead(500)
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', more)
      more()
    }
    const error = (await failure(kube.pods.get('ns', 'p'))) as KubeApiError
    expect(error.status.message).toHaveLength(1024 * 1024)
    expect(error.message.length).toBeLessThan(1_200)
  })
})

describe('an answer that cannot be read', () => {
  it.each([
    ['<html>sign in</html>', /what came cannot be read: 20 characters that are not JSON$/],
    ['', /0 characters that are not JSON$/],
    ['"ok"', /JSON that is no object$/],
  ])('is a connection error of kind protocol: %j', async (body, message) => {
    answer = (_, response) => response.end(body)
    const error = await failure(kube.pods.get('ns', 'p'))
    expect(error).toBeInstanceOf(KubeConnectionError)
    expect(error).toMatchObject({ kind: 'protocol', mayHaveArrived: true, message: expect.stringMatching(message) })
  })

  it('is one for a list without a version', async () => {
    answer = (_, response) => json(response, 200, { items: [] })
    expect(await failure(kube.pods.list('ns', { project: name }))).toMatchObject({ kind: 'protocol' })
  })
})

describe('a connection that breaks', () => {
  it('says in one line that nothing listens', async () => {
    await server.stop()
    const error = await failure(kube.version())
    expect(error).toMatchObject({ code: 'KUBE_CONNECTION', kind: 'refused', mayHaveArrived: false })
    expect((error as Error).message).toBe(
      `no answer from the Kubernetes API at ${server.url} to GET /version: nothing listens there (ECONNREFUSED)`,
    )
  })

  it('says that a host has no address', async () => {
    const client = await connect({}, {}, 'https://davit.invalid:6443')
    const error = await failure(client.version())
    await client.close()
    expect(error).toMatchObject({ kind: 'dns', mayHaveArrived: false, server: 'https://davit.invalid:6443' })
  })

  it('repeats a get once on a fresh connection, and never a create', async () => {
    let resets = 1
    answer = ({ socket }, response) => {
      if (resets-- > 0) socket.destroy()
      else json(response, 200, pod)
    }
    expect(await kube.pods.get('ns', 'p')).toEqual(pod)
    expect(server.requests).toHaveLength(2)
    resets = 2
    expect(await failure(kube.pods.get('ns', 'p'))).toMatchObject({ kind: 'reset', mayHaveArrived: true })
    resets = 1
    expect(await failure(kube.pods.create('ns', pod))).toMatchObject({ kind: 'reset', mayHaveArrived: true })
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET', 'POST'])
  })

  it('is a reset when it breaks in the middle of a body', async () => {
    answer = ({ socket }, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"kind":')
      setImmediate(() => socket.destroy())
    }
    expect(await failure(kube.pods.create('ns', pod))).toMatchObject({ kind: 'reset' })
  })

  it('is a protocol error when the answer is not HTTP', async () => {
    answer = ({ socket }) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')
    expect(await failure(kube.pods.create('ns', pod))).toMatchObject({ kind: 'protocol' })
  })
})

describe('deadlines', () => {
  let clock: FakeClock
  beforeEach(async () => {
    await kube.close()
    clock = new FakeClock()
    kube = await connect({ clock })
  })

  it.each([
    ['a request', 60, () => kube.pods.get('ns', 'p')],
    ['a list', 120, () => kube.pods.list('ns', { project: name })],
    ['a request with its own', 5, () => kube.pods.delete('ns', 'p', { timeoutMs: 5_000 })],
  ])('end %s whose headers never come after %i s', async (_, seconds, send) => {
    answer = () => {}
    const error = failure(send())
    await eventually(() => server.requests.length === 1)
    await clock.advance(seconds * 1000 - 1)
    expect(server.sockets.size).toBe(1)
    await clock.advance(1)
    expect(await error).toMatchObject({
      kind: 'timeout',
      mayHaveArrived: true,
      message: expect.stringMatching(new RegExp(`: it did not come within ${seconds} s$`)),
    })
    await eventually(() => server.sockets.size === 0)
    expect(clock.pendingCount).toBe(0)
  })

  it('end an answer whose body stops coming', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-length': '100' }).write('{')
    const error = failure(kube.pods.get('ns', 'p'))
    await eventually(() => server.requests.length === 1)
    await clock.advance(60_000)
    expect(await error).toMatchObject({ kind: 'timeout' })
  })

  it('count while a request waits for a free connection', async () => {
    await kube.close()
    kube = await connect({ clock, connections: 1 })
    answer = () => {}
    const errors = [failure(kube.pods.get('ns', 'a')), failure(kube.pods.get('ns', 'b', { timeoutMs: 30_000 }))]
    await eventually(() => server.requests.length === 1)
    await clock.advance(30_000)
    expect(await errors[1]).toMatchObject({ kind: 'timeout' })
    await clock.advance(30_000)
    expect(await Promise.all(errors)).toMatchObject([{ kind: 'timeout' }, { kind: 'timeout' }])
    answer = (_, response) => json(response, 200, pod)
    await kube.pods.get('ns', 'c')
    // The one that was never sent is not sent later either.
    expect(server.requests.map(({ url }) => url.at(-1))).toEqual(['a', 'c'])
  })

  it('leave no timer behind an answer', async () => {
    await kube.pods.get('ns', 'p')
    expect(clock.pendingCount).toBe(0)
  })
})

describe("the caller's signal", () => {
  it('ends a request, also before it is sent', async () => {
    answer = () => {}
    const controller = new AbortController()
    const error = failure(kube.pods.create('ns', pod, { signal: controller.signal }))
    await eventually(() => server.requests.length === 1)
    controller.abort(new Error('enough'))
    expect(await error).toMatchObject({ kind: 'aborted', cause: expect.objectContaining({ message: 'enough' }) })
    expect(await failure(kube.pods.get('ns', 'p', { signal: controller.signal }))).toMatchObject({ kind: 'aborted' })
    expect(server.requests).toHaveLength(1)
  })

  it('ends a followed log quietly', async () => {
    answer = (_, response) => response.writeHead(200).write('line 1\n')
    const controller = new AbortController()
    const seen: string[] = []
    for await (const chunk of kube.pods.log('ns', 'p', { follow: true, signal: controller.signal })) {
      seen.push(Buffer.from(chunk).toString())
      controller.abort()
    }
    expect(seen).toEqual(['line 1\n'])
    await eventually(() => server.sockets.size === 0)
  })
})

describe('pools', () => {
  it('keep connections, and never open more for requests than they may', async () => {
    await kube.close()
    kube = await connect({ connections: 4 })
    for (let round = 0; round < 5; round++)
      await Promise.all(Array.from({ length: 20 }, () => kube.pods.get('ns', 'p')))
    expect(server.requests).toHaveLength(100)
    expect(server.accepted()).toBe(4)
  })

  it('keep the connection over which a pod was deleted', async () => {
    await kube.close()
    kube = await connect({ connections: 1 })
    for (let round = 0; round < 5; round++) await kube.pods.delete('ns', 'p', { uid: 'u' })
    expect(server.requests).toHaveLength(5)
    expect(server.accepted()).toBe(1)
  })

  it('keep the connection of a watch that the server has ended for the next one', async () => {
    answer = (_, response) =>
      response
        .writeHead(200)
        .end(
          `${JSON.stringify({ type: 'ADDED', object: { ...pod, metadata: { ...pod.metadata, resourceVersion: '1' } } })}\n`,
        )
    for (let round = 0; round < 5; round++) {
      for await (const event of kube.pods.watch('ns', { project: name })) expect(event.type).toBe('ADDED')
    }
    expect(server.requests).toHaveLength(5)
    expect(server.accepted()).toBe(1)
  })

  it('give streams connections of their own, so that they never take those of requests', async () => {
    await kube.close()
    kube = await connect({ connections: 2 })
    answer = ({ url }, response) => {
      if (url.includes('watch') || url.includes('follow')) response.writeHead(200).write('\n')
      else json(response, 200, pod)
    }
    const controller = new AbortController()
    const { signal } = controller
    const streams = [1, 2, 3, 4].flatMap(() => [
      text(kube.pods.log('ns', 'p', { follow: true, signal })),
      (async () => {
        for await (const event of kube.pods.watch('ns', { signal, project: name }))
          throw new Error(JSON.stringify(event))
      })(),
    ])
    await eventually(() => server.requests.length === 8)
    await Promise.all([1, 2, 3, 4].map(() => kube.pods.get('ns', 'p')))
    expect(server.requests).toHaveLength(12)
    controller.abort()
    await Promise.all(streams)
  })
})

describe('connect', () => {
  it('opens the connections, without TLS of ours', async () => {
    await using cluster = createServer((_, response) => json(response, 200, { major: '1' })).listen(0, '127.0.0.1')
    await once(cluster, 'listening')
    let opened = 0
    const through = await connect(
      {
        connect() {
          opened += 1
          return createConnection((cluster.address() as AddressInfo).port, '127.0.0.1')
        },
      },
      { token: 't' },
      'https://behind-a-tunnel:6443',
    )
    expect(await through.version()).toEqual({ major: '1' })
    expect(opened).toBe(1)
    await through.close()
  })

  it('may refuse: the server cannot be reached', async () => {
    const refusing = await connect({
      connect() {
        throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' })
      },
    })
    expect(await failure(refusing.version())).toMatchObject({ code: 'KUBE_CONNECTION', kind: 'refused' })
    await refusing.close()
  })
})

describe('close', () => {
  it('ends requests, watches and followed logs, and leaves no socket', async () => {
    answer = ({ url }, response) => {
      if (url.includes('watch') || url.includes('follow')) response.writeHead(200).write('\n')
    }
    await failure(kube.pods.get('ns', 'p', { timeoutMs: 50 }))
    const errors = [
      failure(kube.pods.get('ns', 'p')),
      failure(text(kube.pods.log('ns', 'p', { follow: true }))),
      failure(kube.pods.watch('ns', { project: name })[Symbol.asyncIterator]().next()),
    ]
    await eventually(() => server.requests.length === 4)
    await kube.close()
    expect(await Promise.all(errors)).toMatchObject([{ kind: 'aborted' }, { kind: 'aborted' }, { kind: 'aborted' }])
    await eventually(() => server.sockets.size === 0)
    await kube.close()
    expect(await failure(kube.version())).toMatchObject({
      kind: 'aborted',
      message: expect.stringMatching(/the client is closed$/),
    })
  })

  it('closes idle connections', async () => {
    await kube.version()
    expect(server.sockets.size).toBe(1)
    await kube.close()
    await eventually(() => server.sockets.size === 0)
  })
})
