import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { type DevClusterOptions, KubeconfigExistsError, PortTakenError, startDevCluster } from '../src/index.ts'
import { connect } from './support/connect.ts'

const start = (options: Partial<DevClusterOptions> = {}) => startDevCluster({ runtime: 'scripted', ...options })
const pod = { metadata: { name: 'p' }, spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] } }
const PODS = '/api/v1/namespaces/default/pods'

describe('startDevCluster', () => {
  it('serves on 127.0.0.1 with a certificate and a token of its own', async () => {
    await using cluster = await start()
    await using other = await start()
    expect(cluster.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    expect(other.kubeconfig).not.toBe(cluster.kubeconfig)
    using api = connect(cluster)
    expect(await api.ask('GET', '/version')).toMatchObject({ code: 200, body: { major: '1', minor: '36' } })
    using stranger = connect({ kubeconfig: cluster.kubeconfig.replace(/token: \S+/, 'token: wrong') })
    for (const path of ['/api/v1/pods', '/version', '/nothing']) {
      expect((await stranger.ask('GET', path)).code).toBe(401)
    }
  })

  it('writes a kubeconfig that its owner alone reads, and removes all at the end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'davit-test-'))
    const kubeconfigPath = join(folder, 'deep', 'kubeconfig')
    const cluster = await start({ folder, kubeconfigPath })
    expect(await readFile(kubeconfigPath, 'utf8')).toBe(cluster.kubeconfig)
    expect((await stat(kubeconfigPath)).mode & 0o777).toBe(0o600)
    await cluster.stop()
    await cluster.stop()
    expect(await readdir(folder)).toEqual(['deep'])
    expect(await readdir(join(folder, 'deep'))).toEqual([])
    await rm(folder, { recursive: true })
  })

  it("leaves another's file alone where its kubeconfig should go, and replaces its own", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'davit-test-'))
    const kubeconfigPath = join(folder, 'kubeconfig')
    await writeFile(kubeconfigPath, 'mine')
    await expect(start({ kubeconfigPath })).rejects.toThrow(KubeconfigExistsError)
    expect(await readFile(kubeconfigPath, 'utf8')).toBe('mine')
    await rm(kubeconfigPath)
    const first = await start({ kubeconfigPath })
    await using second = await start({ kubeconfigPath })
    await first.stop()
    expect(await readFile(kubeconfigPath, 'utf8')).toBe(second.kubeconfig)
    await second.stop()
    expect(await readdir(folder)).toEqual([])
    await rm(folder, { recursive: true })
  })

  it('chooses another port when the one it is given is taken, unless told to insist', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const port = (taken.address() as { port: number }).port
    try {
      await using cluster = await start({ port })
      expect(cluster.url).not.toContain(`:${port}`)
      await expect(start({ port, strictPort: true })).rejects.toThrow(PortTakenError)
    } finally {
      taken.close()
    }
  })

  it('serves a connection without a network, with the same credentials, and ends it with the others', async () => {
    await using cluster = await start()
    const [ours, theirs] = duplexPair()
    cluster.accept(theirs)
    const ask = (authorization: string) => {
      const options = { createConnection: () => ours, path: '/version', headers: { authorization } }
      return once(request(options).end(), 'response') as Promise<[IncomingMessage]>
    }
    const [answer] = await ask(`Bearer ${/token: (\S+)/.exec(cluster.kubeconfig)?.[1]}`)
    expect([answer.statusCode, JSON.parse((await answer.toArray()).join('')).major]).toEqual([200, '1'])
    const [, idle] = duplexPair()
    cluster.accept(idle)
    cluster.faults.closeConnections()
    expect(idle.destroyed).toBe(true)
    const [, late] = duplexPair()
    await cluster.stop()
    cluster.accept(late)
    expect(late.destroyed).toBe(true)
  })

  it('has namespaces, furnished, and a node that is ready', async () => {
    await using cluster = await start({ nodeName: 'mine' })
    using api = connect(cluster)
    const { body } = await api.ask('GET', '/api/v1/namespaces')
    expect(body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([
      'default',
      'kube-node-lease',
      'kube-public',
      'kube-system',
    ])
    expect((await api.ask('GET', '/api/v1/namespaces/default/serviceaccounts/default')).code).toBe(200)
    const node = await api.ask('GET', '/api/v1/nodes/mine')
    expect(node.body.status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }))
  })

  it('leaves no timer and no connection', async () => {
    const clock = new FakeClock()
    const cluster = await start({ clock })
    using api = connect(cluster)
    await api.ask('POST', PODS, pod)
    using watch = await api.watch(`${PODS}?watch=true`)
    await eventually(() => watch.events.length > 0)
    await cluster.stop()
    expect(await watch.ended).toBe('broken')
    expect(clock.pendingCount).toBe(0)
  })

  it('takes its time from the clock it is given', async () => {
    const clock = new FakeClock(Date.parse('2030-01-01T00:00:00Z'))
    await using cluster = await start({ clock })
    using api = connect(cluster)
    const created = await api.ask('POST', PODS, {
      ...pod,
      metadata: { name: 'p', annotations: { 'script.davit/run-ms': '60000' } },
    })
    expect(created.body.metadata.creationTimestamp).toBe('2030-01-01T00:00:00Z')
    const isIn = async (phase: string) => (await api.ask('GET', `${PODS}/p`)).body.status.phase === phase
    await eventually(() => isIn('Running'))
    await clock.advance(59_000)
    expect(await isIn('Running')).toBe(true)
    await clock.advance(2_000)
    await eventually(() => isIn('Succeeded'))
  })

  it('ends a watch after its time, with a bookmark shortly before', async () => {
    const clock = new FakeClock()
    await using cluster = await start({ clock })
    using api = connect(cluster)
    using watch = await api.watch(`${PODS}?watch=true&timeoutSeconds=150&allowWatchBookmarks=true`)
    // The first ends what is there already.
    await eventually(() => watch.events.length === 1)
    await clock.advance(60_000)
    await eventually(() => watch.events.length === 2)
    await clock.advance(88_000)
    await eventually(() => watch.events.length === 4)
    await clock.advance(2_000)
    expect(await watch.ended).toBe('ended')
    expect(watch.events.map(({ type }) => type)).toEqual(['BOOKMARK', 'BOOKMARK', 'BOOKMARK', 'BOOKMARK'])
  })
})
