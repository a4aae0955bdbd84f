import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKubeClient } from '../../src/kube/create-kube-client.ts'
import type { KubeClient } from '../../src/kube/kube-client.ts'
import { loadKubeConfig } from '../../src/kube/kube-config.ts'
import { kubeconfigText } from '../support/kubeconfig-text.ts'
import { type Answer, json, startWireServer, statusBody, type WireServer } from '../support/wire-server.ts'

let server: WireServer
let kube: KubeClient
let answer: Answer

beforeEach(async () => {
  answer = (_, response) => json(response, 200, { kind: 'Thing' })
  server = await startWireServer((request, response) => answer(request, response))
  const config = await loadKubeConfig({ kubeconfig: kubeconfigText({ server: server.url }, { token: 't' }), env: {} })
  kube = createKubeClient(config)
})
afterEach(async () => {
  await kube.close()
  await server.stop()
})

const asked = () => server.requests.map(({ method, url, headers }) => [method, url, headers.accept])

describe('the verbs on any resource', () => {
  it('get an object of a namespace, and only the metadata of one whose content is nobody’s business', async () => {
    await kube.resources.get({ resource: 'serviceaccounts', namespace: 'a/b', name: 'x' })
    await kube.resources.get({ resource: 'secrets', namespace: 'n', name: 's' }, { metadataOnly: true })
    expect(asked()).toEqual([
      ['GET', '/api/v1/namespaces/a%2Fb/serviceaccounts/x', 'application/json'],
      ['GET', '/api/v1/namespaces/n/secrets/s', 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'],
    ])
  })

  it('list page by page', async () => {
    answer = ({ url }, response) =>
      json(response, 200, url.includes('continue=') ? { items: [3] } : { metadata: { continue: 'c' }, items: [1, 2] })
    expect(await kube.resources.list({ resource: 'resourcequotas', namespace: 'n' })).toEqual([1, 2, 3])
    expect(asked().map(([, url]) => url)).toEqual([
      '/api/v1/namespaces/n/resourcequotas?limit=500',
      '/api/v1/namespaces/n/resourcequotas?limit=500&continue=c',
    ])
  })

  it('create in a group, dry where that is asked for, and tell what the server warns of', async () => {
    answer = (_, response) => {
      response.setHeader('Warning', ['299 - "one \\"quoted\\", with a comma"', '299 - "two"'])
      json(response, 201, { made: true })
    }
    const path = { group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' }
    const created = await kube.resources.create(path, { spec: {} }, { dryRun: true, fieldValidation: 'Strict' })
    expect(created).toEqual({ object: { made: true }, warnings: ['one "quoted", with a comma', 'two'] })
    expect(server.requests.map(({ method, url, body }) => [method, url, body])).toEqual([
      [
        'POST',
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews?dryRun=All&fieldValidation=Strict',
        '{"spec":{}}',
      ],
    ])
  })

  it('watch from what is there on, whole objects', async () => {
    const quota = { metadata: { name: 'q', resourceVersion: '7' }, status: { used: { pods: '1' } } }
    answer = (_, response) => {
      response.setHeader('content-type', 'application/json')
      response.write(`${JSON.stringify({ type: 'ADDED', object: quota })}\n`)
      response.end(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } })}\n`)
    }
    const path = { resource: 'resourcequotas', namespace: 'n' }
    const events: unknown[] = []
    for await (const event of kube.resources.watch(path, { timeoutSeconds: 60 })) events.push(event)
    expect(events).toEqual([
      { type: 'ADDED', resourceVersion: '7', object: quota },
      { type: 'BOOKMARK', resourceVersion: '9', initialEventsEnd: false },
    ])
    expect(asked()).toEqual([
      [
        'GET',
        '/api/v1/namespaces/n/resourcequotas?watch=true&allowWatchBookmarks=true&timeoutSeconds=60',
        'application/json',
      ],
    ])
  })

  it('reject with the server’s words, or with what cannot be read', async () => {
    answer = (_, response) => json(response, 403, statusBody(403, 'Forbidden', 'no'))
    await expect(kube.resources.list({ resource: 'nodes' })).rejects.toMatchObject({
      code: 'KUBE_API',
      httpStatus: 403,
    })
    answer = (_, response) => void response.end('<html>')
    await expect(kube.resources.list({ resource: 'nodes' })).rejects.toMatchObject({
      code: 'KUBE_CONNECTION',
      kind: 'protocol',
    })
  })
})
