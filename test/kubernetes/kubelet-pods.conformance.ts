import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Container } from 'kubernetes-types/core/v1.d.ts'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import { eventually } from '../support/eventually.ts'
import { createPod, readPod, type StoredPod, untilGone, untilPhase } from '../support/pods-by-api.ts'
import { RawApi } from '../support/raw-api.ts'
import { type TestPodOptions, testPod } from '../support/test-pod.ts'
import { podRequests } from './audit-log.ts'
import { namesKubelet } from './node/names-kubelet.ts'
import { runCommand } from './node/run-command.ts'
import { type Kubernetes, startKubernetes } from './start-kubernetes.ts'

describe.runIf(namesKubelet(process.env))('kubernetes: pods on the kubelet', () => {
  let cluster: Kubernetes
  let api: RawApi
  beforeAll(async () => {
    cluster = await startKubernetes({ nodeKinds: ['kubelet'] })
    api = new RawApi(cluster.kubeconfig)
  }, 900_000)
  afterAll(async () => {
    api?.[Symbol.dispose]()
    await cluster?.stop()
  })

  const shell = (script: string): Partial<Container> => ({ command: ['sh', '-c', script] })
  const create = (name: string, options: TestPodOptions) => createPod(api, 'default', testPod(name, options))
  const ending = (pod: StoredPod) => pod.status.containerStatuses?.[0]?.state?.terminated
  const log = async (name: string) => (await api.get(podsPath('default', name, 'log'))).text

  it('runs a container to its end and keeps its log', async () => {
    await create('plain', { container: shell('echo one; echo two') })
    const pod = await untilPhase(api, 'default', 'plain', 'Succeeded')
    expect(pod.spec?.nodeName).toBe('localhost')
    expect(pod.status).toMatchObject({ hostIP: cluster.hostAddress, podIP: expect.stringMatching(/^10\.213\./) })
    expect(ending(pod)).toMatchObject({ exitCode: 0, reason: 'Completed' })
    expect(await log('plain')).toBe('one\ntwo\n')
  })

  it('tells the exit code of a failure', async () => {
    await create('failing', { container: shell('exit 3') })
    expect(ending(await untilPhase(api, 'default', 'failing', 'Failed'))).toMatchObject({
      exitCode: 3,
      reason: 'Error',
    })
  })

  it('ends a container that takes more memory than its limit', async () => {
    const resources = { limits: { memory: '32Mi' } }
    await create('greedy', { container: { ...shell('tail /dev/zero'), resources } })
    const pod = await untilPhase(api, 'default', 'greedy', 'Failed')
    expect(ending(pod)).toMatchObject({ exitCode: 137, reason: 'OOMKilled' })
  })

  it('has images under the names that pods use, and pulls them whenever it is asked to', async () => {
    const images = ['busybox', 'busybox:1', 'busybox:1.36', 'node:24-slim', 'docker.io/library/busybox:latest']
    const containers = images.map((image, index) => ({
      name: `c${index}`,
      image,
      imagePullPolicy: 'Always',
      ...shell('id -u nobody; cd /tmp && echo written > file && cat file'),
    }))
    await create('images', { spec: { containers } })
    await untilPhase(api, 'default', 'images', 'Succeeded')
    const { text } = await api.get(withQuery(podsPath('default', 'images', 'log'), { container: 'c3' }))
    expect(text).toBe('65534\nwritten\n')
  })

  it('finds no other image', async () => {
    const images = ['nope', 'busybox:never', 'registry.example/tool:1']
    const containers = images.map((image, index) => ({ name: `c${index}`, image }))
    await create('missing', { spec: { containers } })
    const waiting = async () => {
      const statuses = (await readPod(api, 'default', 'missing'))?.status.containerStatuses ?? []
      return statuses.map(({ state }) => state?.waiting)
    }
    const notFound = {
      reason: 'ImagePullBackOff',
      message: expect.stringMatching(/^Back-off pulling image ".*": ErrImagePull: .*: not found$/),
    }
    // The kubelet tries again when something happens, or 10 to 15 s later.
    await expect.poll(waiting, { timeout: 30_000 }).toMatchObject([notFound, notFound, notFound])
  })

  it('runs Node, which reaches this machine by TLS', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'host' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: cluster.hostAddress ?? '' }] }],
    })
    const server = createServer({ key, cert }, (request, response) =>
      response.end(`hello, ${request.socket.remoteAddress}`),
    )
    await new Promise<void>((done) => server.listen(0, cluster.hostAddress ?? '', done))
    try {
      const { port } = server.address() as AddressInfo
      const program = `
        import { get } from 'node:https'
        get('https://${cluster.hostAddress}:${port}/', { ca: process.env.CERT }, (answer) => answer.pipe(process.stdout))`
      const command = ['node', '--input-type=module', '-e', program]
      const container = { image: 'node:24-slim', command, env: [{ name: 'CERT', value: cert }] }
      await create('reaching', { container })
      const { status } = await untilPhase(api, 'default', 'reaching', 'Succeeded')
      expect(await log('reaching')).toBe(`hello, ${status.podIP}`)
    } finally {
      server.close()
    }
  })

  it('tells a program at once that a name has no address', async () => {
    await create('lonely', { container: shell('nslookup davit.test || exit 4') })
    expect(ending(await untilPhase(api, 'default', 'lonely', 'Failed'))).toMatchObject({ exitCode: 4 })
  })

  it('asks a container to end, and ends it when its grace is over', async () => {
    const deaf = shell('trap "" TERM; echo deaf; while :; do sleep 0.1; done')
    const polite = shell('trap "exit 5" TERM; echo polite; while :; do sleep 0.1; done')
    for (const [name, container] of [
      ['deaf', deaf],
      ['polite', polite],
    ] as const) {
      await create(name, { container, spec: { terminationGracePeriodSeconds: 2 } })
      await untilPhase(api, 'default', name, 'Running')
      await expect.poll(() => log(name)).toBe(`${name}\n`)
      using watch = api.watch(withQuery(podsPath('default'), { watch: true, fieldSelector: `metadata.name=${name}` }))
      await watch.status()
      await api.delete(podsPath('default', name))
      const last = (await watch.until(({ type }) => type === 'DELETED', { withinMs: 15_000 })).at(-1)
      const exitCode = name === 'deaf' ? 137 : 5
      expect(ending(last?.object as unknown as StoredPod)).toMatchObject({ exitCode })
      await untilGone(api, 'default', name)
    }
  })

  it('streams a command that is run in a container', async () => {
    await create('open', { container: shell('sleep 60'), spec: { terminationGracePeriodSeconds: 0 } })
    await untilPhase(api, 'default', 'open', 'Running')
    expect(await runCommand([...cluster.kubectl, 'exec', '-i', 'open', '--', 'tr', 'a-z', 'A-Z'], 'loud')).toBe('LOUD')
  })

  it('stands in the audit log under its own name', async () => {
    const users = async () => {
      const seen = new Set<string>()
      for await (const request of podRequests(cluster.auditLogPath)) {
        if (request.verb === 'patch' && request.subresource === 'status') seen.add(request.user)
      }
      return [...seen]
    }
    expect(await eventually(users)).toContain('kubelet')
  })
})
