import { expect } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createPod, readPod, type StoredPod, untilPhase } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { badRequest, type Cause, invalid, notFound, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

type Query = Readonly<Record<string, string>>

const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
const evicted = {
  type: 'DisruptionTarget',
  status: 'True',
  lastProbeTime: null,
  lastTransitionTime: expect.any(String),
  reason: 'EvictionByEvictionAPI',
  message: 'Eviction API: evicting',
}
const eviction = (name: string, deleteOptions?: object) => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name },
  ...(deleteOptions && { deleteOptions }),
})
const evict = (api: RawApi, namespace: string, name: string, body: unknown = eviction(name), query: Query = {}) =>
  api.post(withQuery(podsPath(namespace, name, 'eviction'), query), body)

/** Stays when it is deleted, so that one can look at it. */
const kept = (name: string) => unboundPod(name, { finalizers: ['davit.test/keep'] })
const letGo = (api: RawApi, namespace: string, name: string) =>
  api.patch(podsPath(namespace, name), 'merge', { metadata: { finalizers: null } })

conformance('eviction', {}, (it) => {
  it('deletes the pod, and says why on it', async ({ api, namespace }) => {
    await createPod(api, namespace, kept('p'))
    const { status, body } = await evict(api, namespace, 'p')
    expect([status, body]).toEqual([201, success])
    const pod = await readPod(api, namespace, 'p')
    expect(pod?.metadata).toMatchObject({ deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 0 })
    expect(pod?.status).toEqual({ phase: 'Pending', conditions: [evicted], qosClass: 'BestEffort' })
    await letGo(api, namespace, 'p')
  })

  it('removes a pod that no node has at once', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    expect((await evict(api, namespace, 'p')).body).toEqual(success)
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })

  it('can be repeated while the pod is there', async ({ api, namespace }) => {
    await createPod(api, namespace, kept('p'))
    await evict(api, namespace, 'p')
    const first = await readPod(api, namespace, 'p')
    expect((await evict(api, namespace, 'p')).body).toEqual(success)
    expect(await readPod(api, namespace, 'p')).toEqual(first)
    await letGo(api, namespace, 'p')
  })

  it('is said on a pod that has ended, too', async ({ api, namespace }) => {
    await createPod(api, namespace, kept('p'))
    await api.patch(podsPath(namespace, 'p', 'status'), 'merge', { status: { phase: 'Failed' } })
    await evict(api, namespace, 'p')
    expect((await readPod(api, namespace, 'p'))?.status).toMatchObject({ phase: 'Failed', conditions: [evicted] })
    await letGo(api, namespace, 'p')
  })

  it.for<readonly [title: string, options: object | undefined, query: Query]>([
    ['its own options', { dryRun: ['All'] }, {}],
    ['the query', undefined, { dryRun: 'All' }],
    ['both', { dryRun: ['All'] }, { dryRun: 'All' }],
  ])('is a dry run by %s', async ([, options, query], { api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const { status, body } = await evict(api, namespace, 'p', eviction('p', options), query)
    expect([status, body]).toEqual([201, success])
    expect(await readPod(api, namespace, 'p')).toEqual(before)
  })

  it('is only of the pod that is meant', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const { uid, resourceVersion } = before.metadata
    const refused = await evict(api, namespace, 'p', eviction('p', { preconditions: { resourceVersion: '1' } }))
    expect(refused.body).toEqual(
      refusal(
        409,
        'Conflict',
        `Operation cannot be fulfilled on Pod "p": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
        { name: 'p', kind: 'Pod' },
      ),
    )
    expect(await readPod(api, namespace, 'p')).toEqual(before)
    const meant = eviction('p', { preconditions: { uid, resourceVersion } })
    expect((await evict(api, namespace, 'p', meant)).body).toEqual(success)
  })

  it('is read in its older form, and warns of what it does not know', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const older = { ...eviction('p'), apiVersion: 'policy/v1beta1' }
    expect((await evict(api, namespace, 'p', older, { dryRun: 'All' })).body).toEqual(success)
    const unknown = await evict(api, namespace, 'p', { ...eviction('p'), foo: 1 })
    expect([unknown.status, unknown.warnings]).toEqual([201, ['299 - "unknown field \\"foo\\""']])
  })

  it.for(['pod', 'namespace'])('needs the %s', async (missing, { api, namespace }) => {
    const [where, what] = missing === 'pod' ? [namespace, 'pods'] : ['davit-nowhere', 'namespaces']
    const { body } = await evict(api, where, 'nope')
    expect(body).toEqual(notFound(what, missing === 'pod' ? 'nope' : where))
  })

  const option = (kind: string, cause: Cause) => invalid({ kind, group: 'meta.k8s.io' }, cause)
  const dryRun: Cause = ['NotSupported', 'dryRun', 'Unsupported value: ["foo"]: supported values: "All"']
  const cannot = (kind: string, why: string) =>
    badRequest(`${kind} in version "v1" cannot be handled as a Eviction: ${why}`)

  it.for<readonly [title: string, body: unknown, query: Query, refused: object]>([
    ['another name', eviction('q'), {}, badRequest('name in URL does not match name in Eviction object')],
    ['no name', {}, {}, badRequest('name in URL does not match name in Eviction object')],
    [
      'another namespace',
      { metadata: { name: 'p', namespace: 'elsewhere' } },
      {},
      badRequest('the namespace of the provided object does not match the namespace sent on the request'),
    ],
    [
      'no body',
      '',
      {},
      badRequest(
        "the object provided is unrecognized (must be of type Eviction): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
      ),
    ],
    [
      'a pod',
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
      {},
      cannot('Pod', 'converting (v1.Pod) to (policy.Eviction): unknown conversion'),
    ],
    [
      'an unknown field under Strict',
      { ...eviction('p'), foo: 1 },
      { fieldValidation: 'Strict' },
      cannot('Eviction', 'strict decoding error: unknown field "foo"'),
    ],
    ['an unknown dry run', eviction('p', { dryRun: ['foo'] }), {}, option('DeleteOptions', dryRun)],
    ['an unknown dry run in the query', eviction('p'), { dryRun: 'foo' }, option('CreateOptions', dryRun)],
  ])('is refused with %s', async ([, body, query, refused], { api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    expect((await evict(api, namespace, 'p', body, query)).body).toEqual(refused)
    expect(await readPod(api, namespace, 'p')).toEqual(before)
  })

  it.for(['GET', 'PUT', 'DELETE'])('is posted, not %s', async (method, { api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const { body } = await api.request(method, podsPath(namespace, 'p', 'eviction'))
    const text = 'the server does not allow this method on the requested resource'
    expect(body).toEqual(refusal(405, 'MethodNotAllowed', text, {}))
  })
})

conformance('eviction of pods that run', { needs: ['scriptedPods'] }, (it) => {
  it.for<readonly [grace: number | undefined]>([[undefined], [7]])(
    'gives a running pod its grace: %j',
    async ([gracePeriodSeconds], { api, namespace }) => {
      await createPod(api, namespace, scriptedPod('p', { hold: true }))
      const { metadata } = await untilPhase(api, namespace, 'p', 'Running')
      const { resourceVersion } = metadata
      using watch = api.watch(withQuery(podsPath(namespace), { watch: 'true', resourceVersion }))
      await evict(api, namespace, 'p', eviction('p', gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }))
      const events = (await watch.take(2)) as unknown as { type: string; object: StoredPod }[]
      // First the reason, then the deletion: two changes.
      expect(events.map(({ type, object }) => [type, object.metadata.deletionGracePeriodSeconds])).toEqual([
        ['MODIFIED', undefined],
        ['MODIFIED', gracePeriodSeconds ?? 30],
      ])
      for (const { object } of events) expect(object.status.conditions).toContainEqual(evicted)
      await watch.until(({ type }) => type === 'DELETED', { withinMs: 20_000 })
    },
  )
})
