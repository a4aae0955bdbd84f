import { expect } from 'vitest'
import { conformance } from '../support/conformance.ts'
import { refusal } from '../support/status-bodies.ts'

interface ResourceList {
  readonly kind: string
  readonly groupVersion: string
  readonly resources: readonly { readonly name: string }[]
}

const all = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const withoutCollection = all.filter((verb) => verb !== 'deletecollection')

/** What our own clients and kubectl look up. */
const resources: readonly object[] = [
  {
    name: 'configmaps',
    singularName: 'configmap',
    namespaced: true,
    kind: 'ConfigMap',
    verbs: all,
    shortNames: ['cm'],
  },
  { name: 'events', singularName: 'event', namespaced: true, kind: 'Event', verbs: all, shortNames: ['ev'] },
  {
    name: 'namespaces',
    singularName: 'namespace',
    namespaced: false,
    kind: 'Namespace',
    verbs: withoutCollection,
    shortNames: ['ns'],
  },
  { name: 'nodes', singularName: 'node', namespaced: false, kind: 'Node', verbs: all, shortNames: ['no'] },
  {
    name: 'pods',
    singularName: 'pod',
    namespaced: true,
    kind: 'Pod',
    verbs: all,
    shortNames: ['po'],
    categories: ['all'],
  },
  { name: 'pods/log', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get'] },
  { name: 'pods/status', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get', 'patch', 'update'] },
  {
    name: 'resourcequotas',
    singularName: 'resourcequota',
    namespaced: true,
    kind: 'ResourceQuota',
    verbs: all,
    shortNames: ['quota'],
  },
  { name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret', verbs: all },
  {
    name: 'serviceaccounts',
    singularName: 'serviceaccount',
    namespaced: true,
    kind: 'ServiceAccount',
    verbs: all,
    shortNames: ['sa'],
  },
]

conformance('discovery', {}, (it) => {
  it('names the version of the API', async ({ api }) => {
    const { status, body } = await api.get<{ serverAddressByClientCIDRs: object[] }>('/api')
    expect([status, body]).toEqual([
      200,
      {
        kind: 'APIVersions',
        versions: ['v1'],
        serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: expect.stringMatching(/:\d+$/) }],
      },
    ])
  })

  it('lists the resources of /api/v1', async ({ api }) => {
    const { body } = await api.get<ResourceList>('/api/v1')
    expect([body.kind, body.groupVersion]).toEqual(['APIResourceList', 'v1'])
    for (const resource of resources) {
      expect(body.resources).toContainEqual(expect.objectContaining(resource))
    }
  })

  it('lists groups', async ({ api }) => {
    const { status, body } = await api.get('/apis')
    expect([status, body]).toEqual([200, expect.objectContaining({ kind: 'APIGroupList', apiVersion: 'v1' })])
  })

  it('tells its version, indented', async ({ api }) => {
    const { body, text } = await api.get<{ gitVersion: string }>('/version')
    expect(body).toMatchObject({
      major: '1',
      minor: expect.stringMatching(/^\d+\+?$/),
      gitVersion: expect.stringMatching(/^v1\.\d+\.\d+/),
      platform: expect.stringMatching(/^\w+\/\w+$/),
    })
    expect(text).toContain('\n  "major": "1"')
  })

  it.for(['/livez', '/readyz', '/healthz'])('is well: %s', async (path, { api }) => {
    const { status, text } = await api.get(path)
    expect([status, text]).toEqual([200, 'ok'])
  })

  it.for<readonly [method: string, path: string, code: number, reason: string, text: string]>([
    ['GET', '/api/v2/pods', 404, 'NotFound', 'the server could not find the requested resource'],
    ['GET', '/api/v1/nonsense', 404, 'NotFound', 'the server could not find the requested resource'],
    [
      'GET',
      '/api/v1/namespaces/default/nonsense/x',
      404,
      'NotFound',
      'the server could not find the requested resource',
    ],
    [
      'POST',
      '/api/v1/namespaces/default/pods/x',
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    ],
    [
      'POST',
      '/api/v1/pods',
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    ],
    [
      'PUT',
      '/api/v1/namespaces/default/pods',
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    ],
    [
      'PATCH',
      '/api/v1/namespaces/default/pods',
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    ],
  ])('refuses %s %s', async ([method, path, code, reason, text], { api }) => {
    const { status, body } = await api.request(method, path, method === 'GET' ? {} : { body: {} })
    expect([status, body]).toEqual([code, refusal(code, reason, text, {})])
  })

  it.for(['/apis/nonsense.example/v1/things', '/nonsense'])('knows no %s', async (path, { api }) => {
    const { status, headers, text } = await api.get(path)
    expect([status, headers['content-type'], text.trim()]).toEqual([
      404,
      'text/plain; charset=utf-8',
      '404 page not found',
    ])
  })

  it('ignores a slash at the end', async ({ api }) => {
    expect((await api.get<ResourceList>('/api/v1/')).body.kind).toBe('APIResourceList')
    expect((await api.get<ResourceList>('/api/v1/namespaces/default/pods/')).body.kind).toBe('PodList')
  })

  it('forbids caching and names each request', async ({ api }) => {
    const { headers } = await api.get('/api/v1/namespaces/default/pods')
    expect(headers['cache-control']).toBe('no-cache, private')
    expect(headers['content-type']).toBe('application/json')
    expect(headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/)
  })
})
