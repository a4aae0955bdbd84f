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

const openApiV2Protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

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

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

interface DiscoveredResource {
  readonly resource: string
  readonly subresources?: readonly { readonly subresource: string }[]
}

interface GroupDiscoveryList {
  readonly kind: string
  readonly apiVersion: string
  readonly items: readonly {
    readonly metadata: { readonly name?: string }
    readonly versions: readonly {
      readonly version: string
      readonly resources: readonly DiscoveredResource[]
      readonly freshness: string
    }[]
  }[]
}

const kindOf = (kind: string) => ({ group: '', version: '', kind })
const statusOf = (kind: string) => ({
  subresource: 'status',
  responseKind: kindOf(kind),
  verbs: ['get', 'patch', 'update'],
})
const discovered = (kind: string, plural: string, scope: string, verbs: readonly string[], more: object = {}) => ({
  resource: plural,
  responseKind: kindOf(kind),
  scope,
  singularResource: kind.toLowerCase(),
  verbs,
  ...more,
})

conformance('discovery in one document', {}, (it) => {
  it('is what kubectl asks for, first of three', async ({ api }) => {
    const accept = `${aggregated},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`
    for (const path of ['/api', '/apis']) {
      const { status, headers, body } = await api.get<GroupDiscoveryList>(path, { accept })
      expect([status, headers['content-type'], body.kind, body.apiVersion]).toEqual([
        200,
        aggregated,
        'APIGroupDiscoveryList',
        'apidiscovery.k8s.io/v2',
      ])
    }
  })

  it('tells of each resource what the lists tell', async ({ api }) => {
    const { body } = await api.get<GroupDiscoveryList>('/api', { accept: aggregated })
    const core = body.items[0]?.versions[0]
    expect([body.items.length, core?.version, core?.freshness]).toEqual([1, 'v1', 'Current'])
    // Without the subresources that are not for everyone.
    const served = core?.resources.map(({ subresources, ...resource }) => {
      const kept = subresources?.filter(({ subresource }) =>
        ['status', 'log', 'binding', 'eviction', 'finalize'].includes(subresource),
      )
      return { ...resource, ...(kept?.length && { subresources: kept }) }
    })
    const finalize = { subresource: 'finalize', responseKind: kindOf('Namespace'), verbs: ['update'] }
    const ofPods = [
      { subresource: 'binding', responseKind: kindOf('Binding'), verbs: ['create'] },
      {
        subresource: 'eviction',
        responseKind: { group: 'policy', version: 'v1', kind: 'Eviction' },
        verbs: ['create'],
      },
      { subresource: 'log', responseKind: kindOf('Pod'), verbs: ['get'] },
      statusOf('Pod'),
    ]
    for (const resource of [
      discovered('ConfigMap', 'configmaps', 'Namespaced', all, { shortNames: ['cm'] }),
      discovered('Event', 'events', 'Namespaced', all, { shortNames: ['ev'] }),
      discovered('Namespace', 'namespaces', 'Cluster', withoutCollection, {
        shortNames: ['ns'],
        subresources: [finalize, statusOf('Namespace')],
      }),
      discovered('Node', 'nodes', 'Cluster', all, { shortNames: ['no'], subresources: [statusOf('Node')] }),
      discovered('Pod', 'pods', 'Namespaced', all, { shortNames: ['po'], categories: ['all'], subresources: ofPods }),
      discovered('ResourceQuota', 'resourcequotas', 'Namespaced', all, {
        shortNames: ['quota'],
        subresources: [statusOf('ResourceQuota')],
      }),
      discovered('Secret', 'secrets', 'Namespaced', all),
      discovered('ServiceAccount', 'serviceaccounts', 'Namespaced', all, { shortNames: ['sa'] }),
    ]) {
      expect(served).toContainEqual(resource)
    }
  })

  it('has the other groups at /apis', async ({ api }) => {
    const { body } = await api.get<GroupDiscoveryList>('/apis', { accept: aggregated })
    const resourcesOf = (group: string) =>
      body.items.find(({ metadata }) => metadata.name === group)?.versions.find(({ version }) => version === 'v1')
        ?.resources
    expect(resourcesOf('events.k8s.io')).toEqual([
      discovered('Event', 'events', 'Namespaced', all, { shortNames: ['ev'] }),
    ])
    expect(resourcesOf('authorization.k8s.io')).toContainEqual(
      discovered('SelfSubjectAccessReview', 'selfsubjectaccessreviews', 'Cluster', ['create']),
    )
    expect(resourcesOf('authentication.k8s.io')).toContainEqual(
      discovered('SelfSubjectReview', 'selfsubjectreviews', 'Cluster', ['create']),
    )
  })

  it.for(['v2beta1', 'v3'])(
    'falls back to the lists for a version that is not served: %s',
    async (version, { api }) => {
      const other = aggregated.replace('v=v2', `v=${version}`)
      const accept = `${other},application/json`
      expect((await api.get('/api', { accept })).body).toMatchObject({ kind: 'APIVersions' })
      expect((await api.get('/apis', { accept })).body).toMatchObject({ kind: 'APIGroupList' })
      expect((await api.get('/apis', { accept: other })).body).toMatchObject({ code: 406, reason: 'NotAcceptable' })
    },
  )

  it.for(['/api', '/apis', '/api/v1', '/apis/events.k8s.io', '/apis/events.k8s.io/v1'])(
    'is YAML on demand, but no web page: %s',
    async (path, { api }) => {
      const { headers, text } = await api.get(path, { accept: 'application/yaml' })
      expect([headers['content-type'], text]).toEqual(['application/yaml', expect.stringMatching(/^kind: API/m)])
      expect((await api.get(path, { accept: 'text/html' })).status).toBe(406)
    },
  )
})

interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties?: Readonly<Record<string, unknown>> }>>
  }
}

interface Operation {
  readonly parameters?: readonly { readonly name: string }[]
  readonly [extension: `x-${string}`]: unknown
}

const pod = { group: '', version: 'v1', kind: 'Pod' }

conformance('OpenAPI', {}, (it) => {
  it('has a document for each group and version', async ({ api }) => {
    const { body } = await api.get<{ paths: Record<string, { serverRelativeURL: string }> }>('/openapi/v3')
    for (const path of ['api/v1', 'apis/events.k8s.io/v1', 'apis/authorization.k8s.io/v1']) {
      const url = body.paths[path]?.serverRelativeURL
      expect(url).toMatch(new RegExp(`^/openapi/v3/${path}\\?hash=\\w+$`))
      const document = await api.get<OpenApi>(url ?? '')
      expect([document.status, document.body.openapi]).toEqual([200, '3.0.0'])
    }
    expect((await api.get('/openapi/v3/apis/nonsense.example/v1')).status).toBe(404)
  })

  it('says that the server checks fields: kubectl leaves it to it', async ({ api }) => {
    const { body } = await api.get<OpenApi>('/openapi/v3/api/v1')
    const pods = body.paths['/api/v1/namespaces/{namespace}/pods']
    const one = body.paths['/api/v1/namespaces/{namespace}/pods/{name}']
    for (const [action, operation] of [
      ['post', pods?.post],
      ['put', one?.put],
      ['patch', one?.patch],
    ] as const) {
      expect(operation?.parameters?.map(({ name }) => name)).toContain('fieldValidation')
      expect(operation).toMatchObject({ 'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': pod })
    }
  })

  it('describes kinds with their fields, and how lists are merged', async ({ api }) => {
    const { schemas } = (await api.get<OpenApi>('/openapi/v3/api/v1')).body.components
    expect(schemas['io.k8s.api.core.v1.Pod']).toMatchObject({
      type: 'object',
      properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, spec: {}, status: {} },
      'x-kubernetes-group-version-kind': [pod],
    })
    expect(schemas['io.k8s.api.core.v1.PodSpec']?.properties).toMatchObject({
      containers: {
        type: 'array',
        'x-kubernetes-patch-merge-key': 'name',
        'x-kubernetes-patch-strategy': 'merge',
      },
      nodeSelector: { type: 'object', additionalProperties: { type: 'string' } },
      activeDeadlineSeconds: { type: 'integer', format: 'int64' },
    })
  })

  it.for([
    ['application/json', 'application/json'],
    ['*/*', 'application/json'],
    ...['application/com.github.proto-openapi.spec.v2@v1.0+protobuf', openApiV2Protobuf].map((accept) => [
      accept,
      openApiV2Protobuf,
    ]),
  ] as const)('is version 2, too: %s', async ([accept = '', type], { api }) => {
    const { status, headers } = await api.get('/openapi/v2', { accept })
    expect([status, headers['content-type']]).toEqual([200, type])
  })

  it('is in no other form', async ({ api }) => {
    expect((await api.get('/openapi/v2', { accept: 'text/html' })).status).toBe(406)
  })
})
