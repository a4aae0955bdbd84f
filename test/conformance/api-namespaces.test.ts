import { expect } from 'vitest'
import { inNamespace, podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { labelNameRule } from '../support/name-rules.ts'
import { createPod } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import type { RawWatchEvent } from '../support/raw-watch.ts'
import { invalid, notFound, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const path = (name: string) => `/api/v1/namespaces/${name}`

const nothingNew = (kind: string, name: string, namespace: string) =>
  refusal(
    403,
    'Forbidden',
    `${kind} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    {
      name,
      kind,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    },
  )

/** Deletes a namespace that keeps itself and a pod, and waits until everybody knows. */
async function untilTerminating(api: RawApi, namespace: string): Promise<void> {
  await createPod(api, namespace, unboundPod('keeper', { finalizers: ['davit.test/keep'] }))
  await api.patch(path(namespace), 'merge', { metadata: { finalizers: ['davit.test/keep'] } })
  await api.delete(path(namespace))
  await eventually(async () => {
    const late = { metadata: { name: 'l' } }
    return (await api.post(inNamespace(namespace, 'configmaps?dryRun=All'), late)).status === 403
  })
}

async function letGo(api: RawApi, namespace: string): Promise<void> {
  const none = { metadata: { finalizers: null } }
  await api.patch(podsPath(namespace, 'keeper'), 'merge', none)
  await api.patch(path(namespace), 'merge', none)
  await eventually(async () => (await api.get(path(namespace))).status === 404, { withinMs: 30_000 })
}

const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  lastTransitionTime: expect.any(String),
  reason,
  message,
})

const allWell = [
  condition(
    'NamespaceDeletionDiscoveryFailure',
    'False',
    'ResourcesDiscovered',
    'All resources successfully discovered',
  ),
  condition(
    'NamespaceDeletionGroupVersionParsingFailure',
    'False',
    'ParsedGroupVersions',
    'All legacy kube types successfully parsed',
  ),
  condition(
    'NamespaceDeletionContentFailure',
    'False',
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ),
  condition('NamespaceContentRemaining', 'False', 'ContentRemoved', 'All content successfully removed'),
  condition(
    'NamespaceFinalizersRemaining',
    'False',
    'ContentHasNoFinalizers',
    'All content-preserving finalizers finished',
  ),
]

/** What a namespace that ends says of itself, once it says something. */
async function conditionsOf(api: RawApi, namespace: string): Promise<readonly object[]> {
  return await eventually(
    async () => {
      const { body } = await api.get<{ status: { conditions?: readonly object[] } }>(path(namespace))
      return body.status.conditions
    },
    { withinMs: 30_000 },
  )
}

conformance('namespaces', {}, (it) => {
  it('are active, and named by a label', async ({ api, namespace }) => {
    const { body } = await api.get<{ metadata: { managedFields?: unknown } }>(path(namespace))
    const { managedFields: _, ...metadata } = body.metadata
    expect({ ...body, metadata }).toEqual({
      kind: 'Namespace',
      apiVersion: 'v1',
      metadata: {
        name: namespace,
        uid: expect.any(String),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.any(String),
        labels: { 'kubernetes.io/metadata.name': namespace },
      },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
  })

  it('have a service account and the authority of the cluster', async ({ api, namespace }) => {
    const account = await api.get(inNamespace(namespace, 'serviceaccounts', 'default'))
    expect(account.body).toMatchObject({ kind: 'ServiceAccount', metadata: { name: 'default', namespace } })
    const authority = await eventually(async () => {
      const answer = await api.get<{ data: Record<string, string> }>(
        inNamespace(namespace, 'configmaps', 'kube-root-ca.crt'),
      )
      return answer.status === 200 ? answer.body.data : null
    })
    expect(authority['ca.crt']).toContain('BEGIN CERTIFICATE')
  })

  it('take labels', async ({ api, namespace }) => {
    const { body } = await api.patch(path(namespace), 'merge', { metadata: { labels: { a: '1' } } })
    expect(body).toMatchObject({ metadata: { labels: { a: '1', 'kubernetes.io/metadata.name': namespace } } })
  })

  it('are not named in capitals', async ({ api }) => {
    const name = 'A.b'
    const { body } = await api.post('/api/v1/namespaces', { metadata: { name } })
    const cause = ['Invalid', 'metadata.name', `Invalid value: "${name}": ${labelNameRule}`] as const
    expect(body).toEqual(invalid({ kind: 'Namespace', name }, cause))
  })

  it('exist once', async ({ api, namespace }) => {
    const { body } = await api.post('/api/v1/namespaces', { metadata: { name: namespace } })
    const details = { name: namespace, kind: 'namespaces' }
    expect(body).toEqual(refusal(409, 'AlreadyExists', `namespaces "${namespace}" already exists`, details))
  })

  it.for(['default', 'kube-system'])('%s stays', async (name, { api }) => {
    expect((await api.delete(path(name))).body).toEqual(
      refusal(403, 'Forbidden', `namespaces "${name}" is forbidden: this namespace may not be deleted`, {
        name,
        kind: 'namespaces',
      }),
    )
  })

  it('take their pods and maps with them', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    await api.post(inNamespace(namespace, 'configmaps'), { metadata: { name: 'c' } })
    const { status, body } = await api.delete(path(namespace))
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ kind: 'Namespace', status: expect.objectContaining({ phase: 'Terminating' }) }),
    ])
    expect(body).toMatchObject({ metadata: { deletionTimestamp: expect.any(String) } })
    await eventually(async () => (await api.get(path(namespace))).status === 404, { withinMs: 30_000 })
    expect((await api.get(path(namespace))).body).toEqual(notFound('namespaces', namespace))
    expect((await api.get(podsPath(namespace, 'p'))).body).toEqual(notFound('pods', 'p'))
    expect((await api.get(inNamespace(namespace, 'configmaps'))).body).toMatchObject({ items: [] })
  })

  it('keep their name as a label, and what they wait for, whoever changes them', async ({ api, namespace }) => {
    const labels = { 'kubernetes.io/metadata.name': null, a: 'b' }
    const patch = { metadata: { labels }, spec: { finalizers: [] } }
    const { status, body } = await api.patch(path(namespace), 'merge', patch)
    expect([status, body]).toMatchObject([
      200,
      {
        metadata: { labels: { a: 'b', 'kubernetes.io/metadata.name': namespace } },
        spec: { finalizers: ['kubernetes'] },
      },
    ])
    expect((await api.patch(path(namespace), 'merge', { spec: null })).body).toMatchObject({
      spec: { finalizers: ['kubernetes'] },
    })
  })

  it('end when they are deleted, not when their status says so', async ({ api, namespace }) => {
    const { body } = await api.patch(`${path(namespace)}/status`, 'merge', { status: { phase: 'Terminating' } })
    const text = 'Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty'
    expect(body).toEqual(invalid({ kind: 'Namespace', name: namespace }, ['Invalid', 'status.Phase', text]))
  })

  it.for<readonly [preconditions: object, text: (metadata: { uid: string; resourceVersion: string }) => string]>([
    [{ uid: 'other' }, ({ uid }) => `UID in precondition: other, UID in object meta: ${uid}`],
    [
      { resourceVersion: '1' },
      ({ resourceVersion }) => `ResourceVersion in precondition: 1, ResourceVersion in object meta: ${resourceVersion}`,
    ],
  ])('are kept by the precondition %j', async ([preconditions, text], { api, namespace }) => {
    const { metadata } = (await api.get<{ metadata: { uid: string; resourceVersion: string } }>(path(namespace))).body
    const said = `Operation cannot be fulfilled on namespaces "${namespace}": Precondition failed: ${text(metadata)}`
    expect((await api.delete(path(namespace), { preconditions })).body).toEqual(
      refusal(409, 'Conflict', said, { name: namespace, kind: 'namespaces' }),
    )
    expect((await api.get(path(namespace))).body).toMatchObject({ status: { phase: 'Active' } })
  })

  it('have names of 63 characters', async ({ api }) => {
    const name = 'x'.repeat(64)
    expect((await api.post('/api/v1/namespaces', { metadata: { name } })).body).toEqual(
      invalid(
        { kind: 'Namespace', name },
        ['Invalid', 'metadata.name', `Invalid value: "${name}": must be no more than 63 characters`],
        ['Invalid', 'metadata.labels', `Invalid value: "${name}": must be no more than 63 bytes`],
      ),
    )
  })

  it('are in no namespace', async ({ api, namespace }) => {
    const name = `${namespace}-x`
    const { status, body } = await api.post<{ metadata: { namespace?: string } }>('/api/v1/namespaces?dryRun=All', {
      metadata: { name, namespace },
    })
    expect([status, body.metadata.namespace]).toEqual([201, undefined])
  })
})

conformance('namespaces that end', {}, (it) => {
  it('take nothing new', async ({ api, namespace }) => {
    await untilTerminating(api, namespace)
    const late = { metadata: { name: 'l' } }
    for (const [plural, body] of [
      ['configmaps', late],
      ['secrets', late],
      ['serviceaccounts', late],
      ['resourcequotas', { ...late, spec: {} }],
      ['events', { ...late, involvedObject: { namespace } }],
      ['pods', unboundPod('l')],
    ] as const) {
      const answer = await api.post(inNamespace(namespace, plural), body)
      expect([answer.status, answer.body]).toEqual([403, nothingNew(plural, 'l', namespace)])
    }
    const generated = { ...unboundPod(''), metadata: { generateName: 'g-' } }
    expect((await api.post(podsPath(namespace), generated)).body).toEqual(nothingNew('pods', 'g-', namespace))
    expect((await api.post(inNamespace(namespace, 'configmaps?dryRun=All'), late)).body).toEqual(
      nothingNew('configmaps', 'l', namespace),
    )
    await letGo(api, namespace)
  })

  it('change, but wait for nothing new', async ({ api, namespace }) => {
    await untilTerminating(api, namespace)
    const labels = { metadata: { labels: { a: 'b' } } }
    expect((await api.patch(podsPath(namespace, 'keeper'), 'merge', labels)).status).toBe(200)
    expect((await api.patch(path(namespace), 'merge', labels)).status).toBe(200)
    const finalizers = ['davit.test/keep', 'davit.test/more']
    expect((await api.patch(path(namespace), 'merge', { metadata: { finalizers } })).body).toMatchObject({
      code: 422,
      message: `Namespace "${namespace}" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"davit.test/more"}`,
    })
    await letGo(api, namespace)
  })

  it('are deleted once and created once', async ({ api, namespace }) => {
    await untilTerminating(api, namespace)
    const again = await api.delete(path(namespace))
    expect([again.status, again.body]).toMatchObject([200, { kind: 'Namespace', status: { phase: 'Terminating' } }])
    expect((await api.post('/api/v1/namespaces', { metadata: { name: namespace } })).body).toEqual(
      refusal(409, 'AlreadyExists', `object is being deleted: namespaces "${namespace}" already exists`, {
        name: namespace,
        kind: 'namespaces',
      }),
    )
    await letGo(api, namespace)
    expect((await api.delete(path(namespace))).body).toEqual(notFound('namespaces', namespace))
  })

  it('stay for their own finalizers when they are empty', async ({ api, namespace }) => {
    await untilTerminating(api, namespace)
    await api.patch(podsPath(namespace, 'keeper'), 'merge', { metadata: { finalizers: null } })
    const empty = await eventually(
      async () => {
        const { body } = await api.get<{ spec: { finalizers?: string[] } }>(path(namespace))
        return body.spec.finalizers?.length ? null : body
      },
      { withinMs: 30_000 },
    )
    expect(empty).toMatchObject({
      metadata: { finalizers: ['davit.test/keep'] },
      spec: {},
      status: { phase: 'Terminating' },
    })
    await letGo(api, namespace)
  })

  it('say what is left in them', async ({ api, namespace }) => {
    const held = { metadata: { name: 'held', finalizers: ['davit.test/keep'] } }
    await api.post(inNamespace(namespace, 'configmaps'), held)
    const twice = { metadata: { name: 'held', finalizers: ['davit.test/keep', 'davit.test/more'] } }
    await api.post(inNamespace(namespace, 'secrets'), twice)
    await api.post(inNamespace(namespace, 'events'), { ...held, involvedObject: { namespace } })
    await api.delete(path(namespace))
    const left =
      'Some resources are remaining: configmaps. has 1 resource instances, events. has 1 resource instances, events.events.k8s.io has 1 resource instances, secrets. has 1 resource instances'
    const keptBy =
      'Some content in the namespace has finalizers remaining: davit.test/keep in 4 resource instances, davit.test/more in 1 resource instances'
    expect(await conditionsOf(api, namespace)).toEqual([
      ...allWell.slice(0, 3),
      condition('NamespaceContentRemaining', 'True', 'SomeResourcesRemain', left),
      condition('NamespaceFinalizersRemaining', 'True', 'SomeFinalizersRemain', keptBy),
    ])
    for (const plural of ['configmaps', 'secrets', 'events']) {
      await api.patch(inNamespace(namespace, plural, 'held'), 'merge', { metadata: { finalizers: null } })
    }
    await eventually(async () => (await api.get(path(namespace))).status === 404, { withinMs: 30_000 })
  })

  it('wait for their pods first, and do not say so', async ({ api, namespace }) => {
    await untilTerminating(api, namespace)
    expect(await conditionsOf(api, namespace)).toEqual(allWell)
    const { body } = await api.get(path(namespace))
    expect(body).toMatchObject({ spec: { finalizers: ['kubernetes'] } })
    expect((await api.get(inNamespace(namespace, 'configmaps', 'kube-root-ca.crt'))).status).toBe(200)
    await letGo(api, namespace)
  })

  it('say which pods they hoped to be rid of', async ({ api, namespace }) => {
    const short = unboundPod('short', { spec: { terminationGracePeriodSeconds: 3, nodeName: 'nowhere' } })
    await createPod(api, namespace, short)
    await api.delete(path(namespace))
    const text = `Failed to delete all resource types, 1 remaining: unexpected items still remain in namespace: ${namespace} for gvr: /v1, Resource=pods`
    expect(await conditionsOf(api, namespace)).toEqual(
      allWell.with(2, condition('NamespaceDeletionContentFailure', 'True', 'ContentDeletionFailed', text)),
    )
    await api.delete(podsPath(namespace, 'short'), { gracePeriodSeconds: 0 })
    await eventually(async () => (await api.get(path(namespace))).status === 404, { withinMs: 30_000 })
  })

  it('are shown with each change of what they wait for', async ({ api, namespace }) => {
    await api.patch(path(namespace), 'merge', { metadata: { finalizers: ['davit.test/keep'] } })
    const { body } = await api.get<{ metadata: { resourceVersion: string } }>(path(namespace))
    const { resourceVersion } = body.metadata
    const fieldSelector = `metadata.name=${namespace}`
    using watch = api.watch(withQuery('/api/v1/namespaces', { watch: true, resourceVersion, fieldSelector }))
    await api.delete(path(namespace))
    const isFinalized = ({ object }: RawWatchEvent) => Object.keys(object.spec as object).length === 0
    const events = await watch.until(isFinalized)
    expect(events.map(({ type, object: { spec, status } }) => ({ type, spec, status }))).toEqual([
      { type: 'MODIFIED', spec: { finalizers: ['kubernetes'] }, status: { phase: 'Terminating' } },
      { type: 'MODIFIED', spec: { finalizers: ['kubernetes'] }, status: { phase: 'Terminating', conditions: allWell } },
      { type: 'MODIFIED', spec: {}, status: { phase: 'Terminating', conditions: allWell } },
    ])
    await api.patch(path(namespace), 'merge', { metadata: { finalizers: null } })
    expect((await api.get(path(namespace))).status).toBe(404)
  })

  it('are left alone once somebody else has finalized them', async ({ api, namespace }) => {
    await api.put(`${path(namespace)}/finalize`, { metadata: { name: namespace }, spec: { finalizers: [] } })
    expect((await api.delete(path(namespace))).body).toMatchObject({ spec: {}, status: { phase: 'Terminating' } })
    const again = await api.delete(path(namespace))
    expect([again.status, again.body]).toMatchObject([200, { kind: 'Namespace', status: { phase: 'Terminating' } }])
    expect((await api.get(path(namespace))).status).toBe(404)
  })
})
