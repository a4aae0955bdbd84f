import type { Container, PodSpec, ResourceQuota } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { inNamespace, podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { createPod, untilPhase } from '../support/pods-by-api.ts'
import { type Amounts, createQuota, enforceQuota, quotaPath, usedOf } from '../support/resource-quota.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { badRequest, type Cause, invalid, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const forbidden = (why: string, name = 'p', kind = 'pods') =>
  refusal(403, 'Forbidden', `${kind} "${name}" is forbidden: ${why}`, { name, kind })
const withResources = (requests: Amounts, limits?: Amounts): { container: Partial<Container> } => ({
  container: { resources: { requests, ...(limits && { limits }) } },
})

conformance('resource quotas', {}, (it) => {
  it('say what there is and what is used', async ({ api, namespace }) => {
    const hard = { pods: '3', 'requests.cpu': '1000m', 'count/configmaps': '5' }
    const { status, body } = await api.post<ResourceQuota>(quotaPath(namespace), {
      metadata: { name: 'q' },
      spec: { hard },
      status: { used: { pods: '2' } },
    })
    const canonical = { 'count/configmaps': '5', pods: '3', 'requests.cpu': '1' }
    expect([status, body.kind, body.spec, body.status]).toEqual([201, 'ResourceQuota', { hard: canonical }, {}])
    const counted = await eventually(async () => {
      const { body: now } = await api.get<ResourceQuota>(quotaPath(namespace, 'q'))
      return now.status?.used && now.status
    })
    // Every namespace has the authority of the cluster in a map.
    expect(counted).toEqual({ hard: canonical, used: { 'count/configmaps': '1', pods: '0', 'requests.cpu': '0' } })
  })

  it('are printed with what is requested and what is limited', async ({ api, namespace }) => {
    await createQuota(api, namespace, { pods: '3', 'limits.memory': '1Gi', 'requests.cpu': '1' })
    const { body } = await api.get<{ columnDefinitions: { name: string }[]; rows: { cells: unknown[] }[] }>(
      quotaPath(namespace),
      { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    )
    expect(body.columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Request', 'Limit', 'Age'])
    expect(body.rows.map(({ cells }) => cells.slice(0, 3))).toEqual([
      ['q', 'pods: 0/3, requests.cpu: 0/1', 'limits.memory: 0/1Gi'],
    ])
  })

  it('count a pod at once, and refuse the one that is too many', async ({ api, namespace }) => {
    await enforceQuota(api, namespace, { pods: '1' })
    await createPod(api, namespace, unboundPod('first'))
    expect(await usedOf(api, namespace)).toEqual({ pods: '1' })
    const refused = forbidden('exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1')
    expect((await api.post(podsPath(namespace), unboundPod('p'))).body).toEqual(refused)
    expect((await api.post(withQuery(podsPath(namespace), { dryRun: 'All' }), unboundPod('p'))).body).toEqual(refused)
  })

  it('name everything that does not suffice, and nothing else', async ({ api, namespace }) => {
    await enforceQuota(api, namespace, { pods: '1', 'requests.cpu': '1', 'requests.memory': '4Gi' })
    await createPod(api, namespace, unboundPod('first', withResources({ cpu: '200m', memory: '1Gi' })))
    const { body } = await api.post(podsPath(namespace), unboundPod('p', withResources({ cpu: '900m', memory: '1Gi' })))
    expect(body).toEqual(
      forbidden(
        'exceeded quota: q, requested: pods=1,requests.cpu=900m, used: pods=1,requests.cpu=200m, limited: pods=1,requests.cpu=1',
      ),
    )
  })

  it('do not count a dry run', async ({ api, namespace }) => {
    await createQuota(api, namespace, { pods: '1' })
    expect((await api.post(withQuery(podsPath(namespace), { dryRun: 'All' }), unboundPod('p'))).status).toBe(201)
    expect(await usedOf(api, namespace)).toEqual({ pods: '0' })
  })

  it('are asked after a pod was found valid, and before it is found to exist', async ({ api, namespace }) => {
    await enforceQuota(api, namespace, { pods: '1' })
    await createPod(api, namespace, unboundPod('p'))
    expect((await api.post(podsPath(namespace), unboundPod('P'))).body).toMatchObject({ code: 422 })
    expect((await api.post(podsPath(namespace), unboundPod('p'))).body).toEqual(
      forbidden('exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'),
    )
  })

  it.for<readonly [hard: Amounts, containers: Pick<PodSpec, 'containers' | 'initContainers'>, text: string]>([
    [{ 'limits.cpu': '1' }, { containers: [{ name: 'base', image: 'busybox' }] }, 'limits.cpu for: base'],
    [
      { cpu: '1', memory: '1Gi', 'limits.memory': '1Gi' },
      {
        containers: [
          { name: 'b', image: 'busybox', resources: { requests: { cpu: '1' } } },
          { name: 'a', image: 'busybox' },
        ],
        initContainers: [{ name: 'i', image: 'busybox', resources: { limits: { memory: '1' } } }],
      },
      'cpu for: a,i; limits.memory for: a,b; memory for: a,b',
    ],
  ])('want what they count to be stated: %j', async ([hard, spec, text], { api, namespace }) => {
    await enforceQuota(api, namespace, hard)
    const { body } = await api.post(podsPath(namespace), unboundPod('p', { spec }))
    expect(body).toEqual(forbidden(`failed quota: q: must specify ${text}`))
  })

  it('count what a pod needs at its largest', async ({ api, namespace }) => {
    const hard = ['cpu', 'requests.cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.ephemeral-storage', 'pods']
    await enforceQuota(api, namespace, Object.fromEntries([...hard, 'count/pods'].map((name) => [name, '100G'])))
    const container = (name: string, cpu: string, more: Partial<Container> = {}): Container => ({
      name,
      image: 'busybox',
      resources: {
        requests: { cpu, memory: '1Mi', 'ephemeral-storage': '10M' },
        limits: { cpu: '4', memory: '1Gi' },
      },
      ...more,
    })
    await createPod(
      api,
      namespace,
      unboundPod('p', {
        spec: {
          initContainers: [container('sidecar', '100m', { restartPolicy: 'Always' } as object), container('init', '2')],
          containers: [container('a', '500m'), container('b', '0.5')],
        },
      }),
    )
    expect(await usedOf(api, namespace)).toEqual({
      cpu: '2100m',
      'requests.cpu': '2100m',
      memory: '3Mi',
      'limits.cpu': '12',
      'limits.memory': '3Gi',
      'requests.ephemeral-storage': '30M',
      pods: '1',
      'count/pods': '1',
    })
  })

  it('release what a pod held when it is deleted', async ({ api, namespace }) => {
    await enforceQuota(api, namespace, { pods: '1', 'requests.cpu': '1' })
    await createPod(api, namespace, unboundPod('p', withResources({ cpu: '1' })))
    expect(await usedOf(api, namespace)).toEqual({ pods: '1', 'requests.cpu': '1' })
    await api.delete(podsPath(namespace, 'p'))
    await expect.poll(() => usedOf(api, namespace), { timeout: 10_000 }).toEqual({ pods: '0', 'requests.cpu': '0' })
    await createPod(api, namespace, unboundPod('p', withResources({ cpu: '1' })))
  })

  it.for(['Succeeded', 'Failed'])('release what a pod held when it is %s', async (phase, { api, namespace }) => {
    await enforceQuota(api, namespace, { pods: '1', 'count/pods': '2', 'requests.cpu': '1' })
    await createPod(api, namespace, unboundPod('p', withResources({ cpu: '1' })))
    await api.patch(podsPath(namespace, 'p', 'status'), 'merge', { status: { phase } })
    // `count/pods` counts what is stored.
    await expect
      .poll(() => usedOf(api, namespace), { timeout: 10_000 })
      .toEqual({ pods: '0', 'count/pods': '1', 'requests.cpu': '0' })
  })

  it('release what a deleted pod held that only a finalizer keeps', async ({ api, namespace }) => {
    await createQuota(api, namespace, { pods: '1' })
    await createPod(api, namespace, unboundPod('p', { finalizers: ['davit.test/keep'] }))
    await api.delete(podsPath(namespace, 'p'))
    await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { finalizers: null } })
    await expect.poll(() => usedOf(api, namespace), { timeout: 10_000 }).toEqual({ pods: '0' })
  })

  it('take a new limit at once, and count what was there before', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('first'))
    await createQuota(api, namespace, { pods: '1' })
    expect(await usedOf(api, namespace)).toEqual({ pods: '1' })
    await api.patch(quotaPath(namespace, 'q'), 'merge', { spec: { hard: { pods: '2', 'count/configmaps': '9' } } })
    await expect.poll(() => usedOf(api, namespace), { timeout: 10_000 }).toEqual({ pods: '1', 'count/configmaps': '1' })
    await expect.poll(async () => (await api.post(podsPath(namespace), unboundPod('p'))).status).toBe(201)
  })

  it.for<readonly [plural: string, resource: string, used: string]>([
    ['configmaps', 'configmaps', '1'],
    ['configmaps', 'count/configmaps', '1'],
    ['secrets', 'secrets', '0'],
    ['serviceaccounts', 'count/serviceaccounts', '1'],
    ['resourcequotas', 'resourcequotas', '1'],
  ])('count %s as %s', async ([plural, resource, used], { api, namespace }) => {
    // What the cluster puts into each namespace must be there first.
    await eventually(
      async () => (await api.get(inNamespace(namespace, 'configmaps', 'kube-root-ca.crt'))).status === 200,
    )
    await createQuota(api, namespace, { [resource]: used })
    expect(await usedOf(api, namespace)).toEqual({ [resource]: used })
    const dryRun = withQuery(inNamespace(namespace, plural), { dryRun: 'All' })
    const { body } = await eventually(async () => {
      const answer = await api.post(dryRun, { metadata: { name: 'p' } })
      return answer.status === 403 && answer
    })
    const amounts = `requested: ${resource}=1, used: ${resource}=${used}, limited: ${resource}=${used}`
    expect(body).toEqual(forbidden(`exceeded quota: q, ${amounts}`, 'p', plural))
  })

  it('never count events', async ({ api, namespace }) => {
    await api.post(quotaPath(namespace), { metadata: { name: 'q' }, spec: { hard: { 'count/events': '0' } } })
    const counted = await eventually(async () => {
      const { status } = (await api.get<ResourceQuota>(quotaPath(namespace, 'q'))).body
      return status?.hard && status
    })
    expect(counted).toEqual({ hard: { 'count/events': '0' } })
    const event = { metadata: { name: 'e' }, involvedObject: { kind: 'Pod', namespace, name: 'p' } }
    expect((await api.post(inNamespace(namespace, 'events'), event)).status).toBe(201)
  })

  it('say so when their use is unknown', async ({ api, namespace }) => {
    await enforceQuota(api, namespace, { pods: '5' })
    await api.patch(quotaPath(namespace, 'q', 'status'), 'json', [
      { op: 'replace', path: '/status', value: { hard: { pods: '5', 'count/pods': '5' } } },
    ])
    // Admission may look at it a moment later.
    const dryRun = withQuery(podsPath(namespace), { dryRun: 'All' })
    const { body } = await eventually(async () => {
      const answer = await api.post(dryRun, unboundPod('p'))
      return answer.status === 403 && answer
    })
    expect(body).toEqual(forbidden('status unknown for quota: q, resources: count/pods,pods'))
  })

  it('go with a DELETE that answers with them', async ({ api, namespace }) => {
    await enforceQuota(api, namespace, { pods: '0' })
    expect((await api.post(podsPath(namespace), unboundPod('p'))).status).toBe(403)
    const { status, body } = await api.delete(quotaPath(namespace, 'q'))
    expect([status, body]).toEqual([200, expect.objectContaining({ kind: 'ResourceQuota' })])
    await expect.poll(async () => (await api.post(podsPath(namespace), unboundPod('p'))).status).toBe(201)
  })
})

conformance('scopes of resource quotas', {}, (it) => {
  const deadline = { spec: { activeDeadlineSeconds: 60 } }
  const requesting = withResources({ cpu: '1m' })
  const critical = { spec: { priorityClassName: 'system-node-critical' } }
  const selector = (operator: string, ...values: string[]) => ({
    scopeSelector: {
      matchExpressions: [{ scopeName: 'PriorityClass', operator, ...(values.length > 0 && { values }) }],
    },
  })

  it.for<readonly [title: string, scope: object, counted: object, notCounted: object]>([
    ['Terminating', { scopes: ['Terminating'] }, deadline, {}],
    ['NotTerminating', { scopes: ['NotTerminating'] }, {}, deadline],
    ['BestEffort', { scopes: ['BestEffort'] }, {}, requesting],
    ['NotBestEffort', { scopes: ['NotBestEffort'] }, requesting, {}],
    ['both of two', { scopes: ['Terminating', 'BestEffort'] }, deadline, { ...deadline, ...requesting }],
    ['a priority class', selector('Exists'), critical, {}],
    ['one priority class', selector('In', 'system-node-critical'), critical, {}],
    ['no priority class', selector('DoesNotExist'), {}, critical],
    ['other priority classes', selector('NotIn', 'system-node-critical'), {}, critical],
  ])('count pods of %s only', async ([, scope, counted, notCounted], { api, namespace }) => {
    await enforceQuota(api, namespace, { pods: '1' }, scope)
    await createPod(api, namespace, unboundPod('other', notCounted))
    expect(await usedOf(api, namespace)).toEqual({ pods: '0' })
    await createPod(api, namespace, unboundPod('one', counted))
    expect(await usedOf(api, namespace)).toEqual({ pods: '1' })
    expect((await api.post(podsPath(namespace), unboundPod('p', counted))).body).toEqual(
      forbidden('exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'),
    )
    expect((await api.post(podsPath(namespace), unboundPod('p', notCounted))).status).toBe(201)
  })

  it('count a pod that moves into one by a deadline', async ({ api, namespace }) => {
    await enforceQuota(api, namespace, { pods: '1' }, { scopes: ['Terminating'] })
    for (const name of ['a', 'b']) await createPod(api, namespace, unboundPod(name))
    const set = (name: string) => api.patch(podsPath(namespace, name), 'merge', { spec: { activeDeadlineSeconds: 60 } })
    expect((await set('a')).status).toBe(200)
    await expect.poll(() => usedOf(api, namespace)).toEqual({ pods: '1' })
    expect((await set('b')).body).toEqual(
      forbidden('exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1', 'b'),
    )
  })

  it('stay as they are', async ({ api, namespace }) => {
    await enforceQuota(api, namespace, { pods: '1' })
    const { body } = await api.patch(quotaPath(namespace, 'q'), 'merge', { spec: { scopes: ['BestEffort'] } })
    expect(body).toEqual(
      invalid({ kind: 'ResourceQuota', name: 'q' }, [
        'Invalid',
        'spec.scopes',
        'Invalid value: ["BestEffort"]: field is immutable',
      ]),
    )
  })
})

conformance('validation of resource quotas', {}, (it) => {
  const hard = { pods: '1' }
  const expression = (scopeName: string, operator: string, values?: readonly string[]) => ({
    hard,
    scopeSelector: { matchExpressions: [{ scopeName, operator, ...(values && { values }) }] },
  })
  const path = 'spec.scopeSelector.matchExpressions'

  it.for<readonly [spec: object, ...causes: Cause[]]>([
    [
      { hard: { foo: '1' } },
      ['Invalid', 'spec.hard[foo]', 'Invalid value: "foo": must be a standard resource type or fully qualified'],
      ['Invalid', 'spec.hard[foo]', 'Invalid value: "foo": must be a standard resource for quota'],
    ],
    [
      { hard: { storage: '1' } },
      ['Invalid', 'spec.hard[storage]', 'Invalid value: "storage": must be a standard resource for quota'],
    ],
    [{ hard: { pods: '1500m' } }, ['Invalid', 'spec.hard[pods]', 'Invalid value: "1500m": must be an integer']],
    [{ hard: { cpu: '-1' } }, ['Invalid', 'spec.hard[cpu]', 'Invalid value: "-1": must be greater than or equal to 0']],
    [{ hard, scopes: ['Foo'] }, ['Invalid', 'spec.scopes', 'Invalid value: ["Foo"]: unsupported scope']],
    [
      { hard, scopes: ['BestEffort', 'NotBestEffort'] },
      ['Invalid', 'spec.scopes', 'Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes'],
    ],
    [
      { hard: { 'requests.cpu': '1' }, scopes: ['BestEffort'] },
      ['Invalid', 'spec.scopes', 'Invalid value: ["BestEffort"]: unsupported scope applied to resource'],
    ],
    [
      { hard: { secrets: '1' }, scopes: ['Terminating'] },
      ['Invalid', 'spec.scopes', 'Invalid value: ["Terminating"]: unsupported scope applied to resource'],
    ],
    [expression('Foo', 'Exists'), ['Invalid', `${path}.scopeName`, 'Invalid value: "Foo": unsupported scope']],
    [
      expression('PriorityClass', 'In'),
      [
        'Required',
        `${path}.values`,
        "Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      ],
    ],
    [
      expression('PriorityClass', 'Exists', ['a']),
      [
        'Invalid',
        `${path}.values`,
        "Invalid value: [\"a\"]: must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
      ],
    ],
    [
      expression('PriorityClass', 'Foo', ['a']),
      ['Invalid', `${path}.operator`, 'Invalid value: "Foo": not a valid selector operator'],
    ],
    [
      expression('BestEffort', 'In', ['a']),
      [
        'Invalid',
        `${path}.operator`,
        'Invalid value: "In": must be \'Exists\' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity',
      ],
    ],
  ])('refuses %j', async ([spec, ...causes], { api, namespace }) => {
    const { body } = await api.post(quotaPath(namespace), { metadata: { name: 'q' }, spec })
    expect(body).toEqual(invalid({ kind: 'ResourceQuota', name: 'q' }, ...causes))
  })

  it('refuses what is no amount', async ({ api, namespace }) => {
    const { body } = await api.post(quotaPath(namespace), { metadata: { name: 'q' }, spec: { hard: { pods: 'one' } } })
    expect(body).toEqual(
      badRequest(
        'ResourceQuota in version "v1" cannot be handled as a ResourceQuota: quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
      ),
    )
  })

  it.for<readonly [hard: Amounts]>([[{}], [{ 'example.com/gpu': '1' }], [{ 'requests.example.com/gpu': '1' }]])(
    'takes %j',
    async ([given], { api, namespace }) => {
      const { status } = await api.post(quotaPath(namespace), { metadata: { name: 'q' }, spec: { hard: given } })
      expect(status).toBe(201)
    },
  )
})

conformance('quotas of pods that run', { needs: ['scriptedPods'] }, (it) => {
  it('let the next one in when one has ended', async ({ api, namespace }) => {
    await enforceQuota(api, namespace, { pods: '1' })
    await createPod(api, namespace, scriptedPod('first', { runMs: 200 }))
    expect((await api.post(podsPath(namespace), scriptedPod('second', { runMs: 1 }))).status).toBe(403)
    await untilPhase(api, namespace, 'first', 'Succeeded')
    await eventually(
      async () => (await api.post(podsPath(namespace), scriptedPod('second', { runMs: 1 }))).status === 201,
    )
    await untilPhase(api, namespace, 'second', 'Succeeded')
  })
})
