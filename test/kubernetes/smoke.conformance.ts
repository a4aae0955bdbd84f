import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiAccess, apiRequest } from './api-request.ts'
import { podRequests } from './audit-log.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'
import { type Kubernetes, startKubernetes } from './start-kubernetes.ts'
import { waitUntil } from './wait-until.ts'

const isNamed = (process.env.CONFORMANCE ?? '').split(',').includes('kubernetes')

interface ContainerStatus {
  readonly name: string
  readonly state: Record<string, { readonly exitCode?: number; readonly reason?: string; readonly finishedAt?: string }>
}

interface Pod {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly deletionTimestamp?: string
    readonly finalizers?: readonly string[]
  }
  readonly spec: { readonly nodeName?: string }
  readonly status: {
    readonly phase: string
    readonly podIP?: string
    readonly startTime?: string
    readonly containerStatuses?: readonly ContainerStatus[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
  }
}

describe.runIf(isNamed)('kubernetes: the cluster itself', () => {
  let cluster: Kubernetes
  let access: ApiAccess
  beforeAll(async () => {
    cluster = await startKubernetes()
    const field = (name: string) => new RegExp(`${name}: (\\S+)`).exec(cluster.kubeconfig)?.[1] ?? ''
    const authorityPem = Buffer.from(field('certificate-authority-data'), 'base64').toString()
    access = { url: cluster.url, token: field('token'), authorityPem }
  }, 900_000)
  afterAll(async () => await cluster?.stop())

  const pods = '/api/v1/namespaces/default/pods'
  const container = { name: 'base', image: 'busybox' }

  async function create(name: string, annotations: Record<string, string>, spec: object = {}, metadata: object = {}) {
    const answer = await apiRequest(access, 'POST', pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, annotations, ...metadata },
      spec: { restartPolicy: 'Never', containers: [container], ...spec },
    })
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    return answer.body as Pod
  }

  async function get(name: string): Promise<Pod | null> {
    const answer = await apiRequest(access, 'GET', `${pods}/${name}`)
    return answer.status === 200 ? (answer.body as Pod) : null
  }

  async function untilPhase(name: string, phase: string): Promise<Pod> {
    const ask = async () => {
      const pod = await get(name)
      return pod?.status.phase === phase ? pod : null
    }
    return await waitUntil(ask, { what: `${name} to be ${phase}`, withinMs: 15_000 })
  }

  it('runs a pod to its end', async () => {
    await create('plain', { 'script.davit/run-ms': '100' })
    const { spec, status } = await untilPhase('plain', 'Succeeded')
    expect(spec.nodeName).toBe('kwok-1')
    expect(status.podIP).toMatch(/^10\./)
    expect(status.startTime).toBeDefined()
    expect(status.containerStatuses?.[0]?.state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' })
  })

  it('ends the first container with the code that was asked for, the others with 0', async () => {
    const spec = {
      initContainers: [{ name: 'before', image: 'busybox' }],
      containers: [container, { name: 'beside', image: 'busybox' }],
    }
    await create('failing', { 'script.davit/run-ms': '100', 'script.davit/exit-code': '3' }, spec)
    const { status } = await untilPhase('failing', 'Failed')
    const ends = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
    expect(ends.map(({ name, state }) => [name, state.terminated?.exitCode, state.terminated?.reason])).toEqual([
      ['before', 0, 'Completed'],
      ['base', 3, 'Error'],
      ['beside', 0, 'Completed'],
    ])
  })

  it('does not count the running time anew when the pod changes', async () => {
    await create('patched', { 'script.davit/run-ms': '1500' })
    await untilPhase('patched', 'Running')
    const runningAt = performance.now()
    for (let change = 1; (await get('patched'))?.status.phase === 'Running' && change < 200; change++) {
      const operation = { op: 'add', path: '/metadata/labels', value: { change: String(change) } }
      const type = 'application/json-patch+json'
      await apiRequest(access, 'PATCH', `${pods}/patched`, [operation], type)
    }
    expect((await get('patched'))?.status.phase).toBe('Succeeded')
    expect(performance.now() - runningAt).toBeLessThan(4_000)
  })

  it('holds a pod until it is deleted, and then lets it go', async () => {
    await create('held', { 'script.davit/run-ms': '1', 'script.davit/hold': '' })
    await create('after', { 'script.davit/run-ms': '300' })
    await untilPhase('after', 'Succeeded')
    expect((await get('held'))?.status.phase).toBe('Running')
    await apiRequest(access, 'DELETE', `${pods}/held`)
    await waitUntil(async () => (await get('held')) === null, { what: 'the end of held', withinMs: 10_000 })
  })

  it('leaves a deleted pod with a finalizer to whoever set it', async () => {
    await create('kept', { 'script.davit/hold': 'true' }, {}, { finalizers: ['davit.test/keep'] })
    await untilPhase('kept', 'Running')
    await apiRequest(access, 'DELETE', `${pods}/kept`)
    const { metadata, status } = await untilPhase('kept', 'Failed')
    expect(metadata.finalizers).toEqual(['davit.test/keep'])
    expect(status.containerStatuses?.[0]?.state.terminated).toMatchObject({ exitCode: 143 })
    const operation = { op: 'remove', path: '/metadata/finalizers' }
    await apiRequest(access, 'PATCH', `${pods}/kept`, [operation], 'application/json-patch+json')
    await waitUntil(async () => (await get('kept')) === null, { what: 'the end of kept', withinMs: 10_000 })
  })

  it('runs 500 pods at once', async () => {
    const names = Array.from({ length: 500 }, (_, i) => `many-${i}`)
    const queue = [...names]
    const creator = async () => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
        await create(name, { 'script.davit/run-ms': '500' }, {}, { labels: { suite: 'many' } })
      }
    }
    await Promise.all(Array.from({ length: 16 }, creator))
    const ended = async () => {
      const answer = await apiRequest(
        access,
        'GET',
        `${pods}?labelSelector=suite%3Dmany&fieldSelector=status.phase%3DSucceeded`,
      )
      return (answer.body as { items: unknown[] }).items.length === names.length
    }
    await waitUntil(ended, { what: '500 pods to end', withinMs: 60_000, everyMs: 500 })
  }, 120_000)

  it('has the requests in the audit log, with the uid of the pod that was made', async () => {
    const { metadata } = await create('audited', {})
    const find = async () => {
      for await (const request of podRequests(cluster.auditLogPath)) {
        if (request.verb === 'create' && request.name === 'audited' && request.subresource === null) return request
      }
      return null
    }
    const request = await waitUntil(find, { what: 'the audited create', withinMs: 5_000 })
    expect(request).toMatchObject({ code: 201, uid: metadata.uid, user: 'admin', namespace: 'default' })
  })

  it('forgets old versions when it is told to', async () => {
    const exactlyFirst = `${pods}?resourceVersion=2&resourceVersionMatch=Exact`
    await cluster.compactHistory()
    const expired = async () => (await apiRequest(access, 'GET', exactlyFirst)).status === 410
    await waitUntil(expired, { what: '410 for an old version', withinMs: 5_000 })
  })

  it('dies with the process that started it, however that dies', async () => {
    const module = fileURLToPath(new URL('start-kubernetes.ts', import.meta.url))
    const program = `
      const { startKubernetes } = await import(${JSON.stringify(module)})
      const { processes } = await startKubernetes()
      console.log(JSON.stringify(Object.values(processes)))
      process.stdin.resume()`
    const options = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program]
    const owner = spawn(process.execPath, options, { stdio: ['pipe', 'pipe', 'inherit'] })
    const [line] = (await once(owner.stdout, 'data')) as [Buffer]
    const parts = JSON.parse(line.toString()) as ProcessIdentity[]
    expect(parts.map(isAlive)).toEqual([true, true, true, true, true])
    owner.kill('SIGKILL')
    await waitUntil(() => !parts.some(isAlive), { what: 'the end of its parts', withinMs: 5_000 })
  }, 60_000)

  it('leaves nothing behind when it is stopped', async () => {
    const parts = Object.values(cluster.processes)
    await cluster.stop()
    expect(parts.some(isAlive)).toBe(false)
    await expect(stat(cluster.kubeconfigPath)).rejects.toMatchObject({ code: 'ENOENT' })
    await cluster.stop()
  })
})
