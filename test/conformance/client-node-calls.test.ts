import {
  ApiException,
  ApisApi,
  AuthorizationV1Api,
  CoreV1Api,
  Health,
  KubernetesObjectApi,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
  VersionApi,
} from '@kubernetes/client-node'
import { expect } from 'vitest'
import { clientNodeConfig, clientNodePod } from '../support/client-node.ts'
import { conformance } from '../support/conformance.ts'

conformance('the calls of @kubernetes/client-node', {}, (plainIt) => {
  const it = plainIt
    .extend('config', async ({ backend }) => clientNodeConfig(backend.kubeconfig))
    .extend('core', async ({ config }) => config.makeApiClient(CoreV1Api))

  it('creates, reads, replaces and deletes a pod', async ({ core, namespace }) => {
    const created = await core.createNamespacedPod({ namespace, body: clientNodePod('a', { labels: { set: '1' } }) })
    expect(created).toMatchObject({ kind: 'Pod', metadata: { name: 'a', namespace }, status: { phase: 'Pending' } })
    expect(created.metadata?.creationTimestamp).toEqual(expect.any(Date))
    const read = await core.readNamespacedPod({ name: 'a', namespace })
    expect(read).toEqual(created)
    read.metadata = { ...read.metadata, labels: { set: '2' } }
    const replaced = await core.replaceNamespacedPod({ name: 'a', namespace, body: read })
    expect(replaced.metadata?.labels).toEqual({ set: '2' })
    // The version that it was read at is no longer the newest.
    expect(await refusal(core.replaceNamespacedPod({ name: 'a', namespace, body: read }))).toMatchObject({
      code: 409,
      reason: 'Conflict',
    })
    const deleted = await core.deleteNamespacedPod({ name: 'a', namespace })
    expect(deleted).toMatchObject({ kind: 'Pod', metadata: { uid: created.metadata?.uid } })
    expect(await refusal(core.readNamespacedPod({ name: 'a', namespace }))).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'pods "a" not found',
      details: { name: 'a', kind: 'pods' },
    })
  })

  it('is told what is wrong', async ({ core, namespace }) => {
    const create = (pod: V1Pod, options = {}) => refusal(core.createNamespacedPod({ namespace, body: pod, ...options }))
    await core.createNamespacedPod({ namespace, body: clientNodePod('a') })
    expect(await create(clientNodePod('a'))).toMatchObject({ code: 409, reason: 'AlreadyExists' })
    expect(await create(clientNodePod('Bad', { container: { image: '' } }))).toMatchObject({
      code: 422,
      reason: 'Invalid',
      details: {
        causes: [
          { field: 'metadata.name', reason: 'FieldValueInvalid' },
          { field: 'spec.containers[0].image', reason: 'FieldValueRequired' },
        ],
      },
    })
    const missing = core.createNamespacedPod({ namespace: 'nope', body: clientNodePod('a') })
    expect(await refusal(missing)).toMatchObject({ code: 404, message: 'namespaces "nope" not found' })
    expect(await refusal(core.listNamespacedPod({ namespace, labelSelector: 'a in (b' }))).toMatchObject({ code: 400 })
  })

  it('lists by selectors and in pages', async ({ core, namespace }) => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await core.createNamespacedPod({
        namespace,
        body: clientNodePod(name, { labels: { vowel: String('ae'.includes(name)) } }),
      })
    }
    const namesOf = (items: readonly V1Pod[]) => items.map(({ metadata }) => metadata?.name)
    expect(namesOf((await core.listNamespacedPod({ namespace, labelSelector: 'vowel=true' })).items)).toEqual([
      'a',
      'e',
    ])
    const fieldSelector = 'metadata.name!=a,status.phase=Pending'
    expect(namesOf((await core.listNamespacedPod({ namespace, fieldSelector })).items)).toEqual(['b', 'c', 'd', 'e'])
    const pages: (string | undefined)[][] = []
    let _continue: string | undefined
    do {
      const page = await core.listNamespacedPod({ namespace, limit: 2, ...(_continue && { _continue }) })
      pages.push(namesOf(page.items))
      _continue = page.metadata?._continue
    } while (_continue)
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    const everywhere = await core.listPodForAllNamespaces({ labelSelector: 'vowel' })
    expect(everywhere.items.filter(({ metadata }) => metadata?.namespace === namespace)).toHaveLength(5)
  })

  it('patches in three ways', async ({ core, namespace }) => {
    await core.createNamespacedPod({ namespace, body: clientNodePod('a', { labels: { set: '1' } }) })
    const patch = (strategy: PatchStrategy, body: unknown) =>
      core.patchNamespacedPod({ name: 'a', namespace, body }, setHeaderOptions('Content-Type', strategy))
    // Without a strategy it sends a JSON patch.
    await core.patchNamespacedPod({
      name: 'a',
      namespace,
      body: [{ op: 'add', path: '/metadata/labels/json', value: '1' }],
    })
    await patch(PatchStrategy.MergePatch, { metadata: { labels: { set: null, merge: '1' } } })
    const patched = await patch(PatchStrategy.StrategicMergePatch, {
      spec: { containers: [{ name: 'base', image: 'busybox:2' }] },
    })
    expect(patched.metadata?.labels).toEqual({ json: '1', merge: '1' })
    expect(patched.spec?.containers).toMatchObject([{ name: 'base', image: 'busybox:2' }])
    expect(await refusal(patch(PatchStrategy.JsonPatch, [{ op: 'test', path: '/spec', value: 1 }]))).toMatchObject({
      code: 422,
      reason: 'Invalid',
    })
  })

  it('deletes with a precondition, and all', async ({ core, namespace }) => {
    for (const name of ['a', 'b']) await core.createNamespacedPod({ namespace, body: clientNodePod(name) })
    const preconditions = { uid: '11111111-1111-1111-1111-111111111111' }
    expect(await refusal(core.deleteNamespacedPod({ name: 'a', namespace, body: { preconditions } }))).toMatchObject({
      code: 409,
      reason: 'Conflict',
    })
    await core.deleteCollectionNamespacedPod({ namespace })
    expect((await core.listNamespacedPod({ namespace })).items).toEqual([])
  })

  it('evicts', async ({ core, namespace }) => {
    await core.createNamespacedPod({ namespace, body: clientNodePod('a') })
    await core.createNamespacedPodEviction({ name: 'a', namespace, body: { metadata: { name: 'a', namespace } } })
    expect((await core.listNamespacedPod({ namespace })).items).toEqual([])
  })

  it('reads and writes what stands beside pods', async ({ core, namespace }) => {
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'c' }, data: { a: '1' } } })
    await core.createNamespacedSecret({ namespace, body: { metadata: { name: 's' }, stringData: { b: '2' } } })
    expect((await core.readNamespacedConfigMap({ name: 'c', namespace })).data).toEqual({ a: '1' })
    expect((await core.readNamespacedSecret({ name: 's', namespace })).data).toEqual({ b: 'Mg==' })
    expect(await core.deleteNamespacedConfigMap({ name: 'c', namespace })).toMatchObject({ status: 'Success' })
    expect((await core.readNamespacedServiceAccount({ name: 'default', namespace })).metadata?.name).toBe('default')
    expect((await core.readNamespace({ name: namespace })).status).toMatchObject({ phase: 'Active' })
    expect((await core.listNode()).items[0]?.status?.nodeInfo?.operatingSystem).toBe('linux')
  })

  it('asks for metadata only', async ({ core, namespace }) => {
    await core.createNamespacedPod({ namespace, body: clientNodePod('a', { labels: { set: '1' } }) })
    const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'
    const list = await core.listNamespacedPod({ namespace }, setHeaderOptions('Accept', accept))
    expect(list).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' })
    expect(list.items.map(({ metadata, spec }) => [metadata?.labels?.set, spec])).toEqual([['1', undefined]])
  })

  it('asks about the server and its own rights', async ({ config, namespace }) => {
    expect(await config.makeApiClient(VersionApi).getCode()).toMatchObject({ major: '1', minor: '36' })
    const { groups } = await config.makeApiClient(ApisApi).getAPIVersions()
    expect(groups.map(({ name }) => name)).toContain('events.k8s.io')
    const health = new Health(config)
    expect([await health.readyz({}), await health.livez({})]).toEqual([true, true])
    const review = await config.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({
      body: { spec: { resourceAttributes: { namespace, verb: 'create', resource: 'pods' } } },
    })
    expect(review.status?.allowed).toBe(true)
  })

  it('finds kinds by discovery', async ({ config, namespace }) => {
    const objects = KubernetesObjectApi.makeApiClient(config)
    const header = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace } }
    await objects.create({ ...header, data: { a: '1' } })
    await objects.patch(
      { ...header, data: { b: '2' } },
      undefined,
      undefined,
      undefined,
      undefined,
      PatchStrategy.MergePatch,
    )
    expect(await objects.read(header)).toMatchObject({ data: { a: '1', b: '2' } })
    await objects.replace({ ...header, data: { c: '3' } })
    const { items } = await objects.list(
      'v1',
      'ConfigMap',
      namespace,
      undefined,
      undefined,
      undefined,
      'metadata.name=c',
    )
    expect(items).toMatchObject([{ data: { c: '3' } }])
    expect(await objects.delete(header)).toMatchObject({ status: 'Success' })
    expect(await refusal(objects.read(header))).toMatchObject({ code: 404, reason: 'NotFound' })
    await expect(objects.read({ ...header, kind: 'Nonsense' })).rejects.toThrow(
      'Unrecognized API version and kind: v1 Nonsense',
    )
  })
})

/** The Status that a call was refused with. */
async function refusal(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.then(
    (answer) => {
      throw new Error(`it was accepted: ${JSON.stringify(answer)}`)
    },
    (reason) => reason,
  )
  if (!(error instanceof ApiException)) throw error
  return typeof error.body === 'string' ? JSON.parse(error.body) : error.body
}
