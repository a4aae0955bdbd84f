import { describe, expect, it } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { FaultTargetError, startDevCluster } from '../src/index.ts'
import { connect } from './support/connect.ts'

const PODS = '/api/v1/namespaces/default/pods'
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
const start = () => startDevCluster({ runtime: 'scripted' })
const held = (name: string) => ({
  metadata: { name, annotations: { 'script.davit/hold': 'true' } },
  spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'b' }] },
})
const configMap = (name: string) => ({ metadata: { name } })

describe('faults', () => {
  it('refuse requests with a Status and Retry-After', async () => {
    await using cluster = await start()
    using api = connect(cluster)
    using refusal = cluster.faults.refuse({
      match: { verb: 'create', resource: 'pods' },
      code: 429,
      retryAfterSeconds: 2,
      count: 1,
    })
    const refused = await api.ask('POST', PODS, held('p'))
    expect(refused).toMatchObject({ code: 429, body: { reason: 'TooManyRequests', details: { retryAfterSeconds: 2 } } })
    expect(refused.headers['retry-after']).toBe('2')
    expect((await api.ask('POST', PODS, held('p'))).code).toBe(201)
    expect(refusal.hits).toBe(1)
    expect(cluster.requests.list({ verb: 'create', resource: 'pods' }).map(({ code }) => code)).toEqual([429, 201])
  })

  it('carry a request out and lose its answer', async () => {
    await using cluster = await start()
    using api = connect(cluster)
    using lost = cluster.faults.loseAnswers({ match: { verb: 'create' }, count: 1 })
    await expect(api.ask('POST', CONFIG_MAPS, configMap('c'))).rejects.toThrow()
    expect(lost.hits).toBe(1)
    expect((await api.ask('GET', `${CONFIG_MAPS}/c`)).code).toBe(200)
    expect(cluster.requests.list({ verb: 'create' })).toMatchObject([{ code: 201, isLost: true, name: 'c' }])
  })

  it('drop requests before they do anything', async () => {
    await using cluster = await start()
    using api = connect(cluster)
    using _ = cluster.faults.dropRequests({ match: { verb: 'create' }, count: 1 })
    await expect(api.ask('POST', CONFIG_MAPS, configMap('c'))).rejects.toThrow()
    expect((await api.ask('GET', `${CONFIG_MAPS}/c`)).code).toBe(404)
  })

  it('break watches, those that match alone', async () => {
    await using cluster = await start()
    using api = connect(cluster)
    using pods = await api.watch(`${PODS}?watch=true`)
    using maps = await api.watch(`${CONFIG_MAPS}?watch=true`)
    expect(cluster.faults.dropWatches({ resource: 'pods' })).toBe(1)
    expect(await pods.ended).toBe('broken')
    await api.ask('POST', CONFIG_MAPS, configMap('c'))
    await eventually(() => maps.events.some(({ object }) => object.metadata.name === 'c'))
  })

  it('hold watches back, and let them go on where they were', async () => {
    await using cluster = await start()
    using api = connect(cluster)
    using maps = await api.watch(`${CONFIG_MAPS}?watch=true`)
    await eventually(() => maps.events.length === 1)
    const stall = cluster.faults.stallWatches({ match: { resource: 'configmaps' } })
    using later = await api.watch(`${CONFIG_MAPS}?watch=true`)
    for (const name of ['a', 'b']) await api.ask('POST', CONFIG_MAPS, configMap(name))
    using secrets = await api.watch('/api/v1/namespaces/default/secrets?watch=true')
    await api.ask('POST', '/api/v1/namespaces/default/secrets', configMap('s'))
    // Another watch is told meanwhile, so these two would have been.
    await eventually(() => secrets.events.length === 1)
    expect([maps.events.length, later.events.length, stall.hits]).toEqual([1, 0, 2])
    stall.undo()
    await eventually(() => maps.events.length === 3 && later.events.length === 3)
  })

  it('forget history: 410 as a status for lists, as an event for watches', async () => {
    await using cluster = await start()
    using api = connect(cluster)
    for (const name of ['a', 'b', 'c']) await api.ask('POST', CONFIG_MAPS, configMap(name))
    const page = await api.ask('GET', `${CONFIG_MAPS}?limit=1`)
    const { resourceVersion } = page.body.metadata
    using open = await api.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${resourceVersion}`)
    await api.ask('POST', CONFIG_MAPS, configMap('d'))
    cluster.faults.compact()
    const next = await api.ask('GET', `${CONFIG_MAPS}?limit=1&continue=${page.body.metadata.continue}`)
    expect(next).toMatchObject({ code: 410, body: { reason: 'Expired' } })
    const rest = await api.ask('GET', `${CONFIG_MAPS}?limit=9&continue=${next.body.metadata.continue}`)
    expect(rest.body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual([
      'b',
      'c',
      'd',
      'kube-root-ca.crt',
    ])
    using late = await api.watch(`${CONFIG_MAPS}?watch=true&resourceVersion=${resourceVersion}`)
    expect(await late.ended).toBe('ended')
    expect(late.events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }])
    // Whoever watched already is not disturbed.
    await eventually(() => open.events.length === 1)
  })

  it('close all connections, and listen on', async () => {
    await using cluster = await start()
    using api = connect(cluster)
    using watch = await api.watch(`${PODS}?watch=true`)
    expect(cluster.faults.closeConnections()).toBeGreaterThan(0)
    expect(await watch.ended).toBe('broken')
    using again = connect(cluster)
    expect((await again.ask('GET', PODS)).code).toBe(200)
  })

  it('hurt pods and the node', async () => {
    await using cluster = await start()
    using api = connect(cluster)
    const status = async (name: string) => (await api.ask('GET', `${PODS}/${name}`)).body.status
    for (const name of ['evicted', 'killed']) {
      await api.ask('POST', PODS, held(name))
      await eventually(async () => (await status(name)).phase === 'Running')
    }
    cluster.faults.evict({ name: 'evicted' })
    await eventually(async () => {
      const { phase, reason } = await status('evicted')
      return phase === 'Failed' && reason === 'Evicted'
    })
    cluster.faults.killContainer({ name: 'killed' })
    await eventually(async () => (await status('killed')).containerStatuses[0].state.terminated?.exitCode === 137)
    cluster.faults.setNodeReady(false)
    await eventually(async () => {
      const { body } = await api.ask('GET', `/api/v1/nodes/${cluster.nodeName}`)
      return body.status.conditions.some(
        (condition: { type: string; status: string }) => condition.type === 'Ready' && condition.status !== 'True',
      )
    })
    cluster.faults.setNodeReady(true)
    expect(() => cluster.faults.evict({ name: 'nobody' })).toThrow(FaultTargetError)
    expect(() => cluster.faults.killContainer({ name: 'killed' }, { container: 'x' })).toThrow(FaultTargetError)
  })

  it('cut the node off, and let it be heard again', async () => {
    await using cluster = await start()
    using api = connect(cluster)
    const pod = async (name: string) => (await api.ask('GET', `${PODS}/${name}`)).body
    const isReady = async (name: string) =>
      (await pod(name)).status.conditions?.find(({ type }: { type: string }) => type === 'Ready')?.status
    for (const name of ['stays', 'deleted']) {
      await api.ask('POST', PODS, held(name))
      await eventually(async () => (await isReady(name)) === 'True')
    }
    cluster.faults.setNodeReady('Unknown')
    const { body: node } = await api.ask('GET', `/api/v1/nodes/${cluster.nodeName}`)
    expect(node.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }),
    )
    expect(node.spec.taints).toMatchObject([
      { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
      { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
    ])
    expect([await isReady('stays'), await isReady('deleted')]).toEqual(['False', 'False'])
    await api.ask('DELETE', `${PODS}/deleted`)
    expect((await pod('deleted')).metadata.deletionGracePeriodSeconds).toBe(30)
    cluster.faults.setNodeReady(true)
    await eventually(async () => (await api.ask('GET', `${PODS}/deleted`)).code === 404)
    await eventually(async () => (await isReady('stays')) === 'True')
  })
})
