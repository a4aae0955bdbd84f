import { expect } from 'vitest'
import { inNamespace, podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createPod, readPod, type StoredPod, untilGone, untilPhase } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { badRequest, type Cause, invalid, notFound, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const otherUid = '11111111-1111-1111-1111-111111111111'
const secondsPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

const bothPolicies: Cause = [
  'Invalid',
  'propagationPolicy',
  'Invalid value: "Background": orphanDependents and deletionPropagation cannot be both set',
]

conformance('delete', {}, (it) => {
  it('lets a pod that no node has go at once, and answers with it', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const { status, body } = await api.delete<StoredPod>(podsPath(namespace, 'p'))
    expect(status).toBe(200)
    expect(body.metadata).toMatchObject({
      uid: before.metadata.uid,
      generation: 2,
      deletionTimestamp: expect.stringMatching(secondsPattern),
      deletionGracePeriodSeconds: 0,
    })
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion))
    expect((await api.get(podsPath(namespace, 'p'))).body).toEqual(notFound('pods', 'p'))
    expect((await api.delete(podsPath(namespace, 'p'))).body).toEqual(notFound('pods', 'p'))
  })

  it('deletes the pod whose uid and version are given', async ({ api, namespace }) => {
    const { uid, resourceVersion } = (await createPod(api, namespace, unboundPod('p'))).metadata
    const { status } = await api.delete(podsPath(namespace, 'p'), { preconditions: { uid, resourceVersion } })
    expect(status).toBe(200)
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })

  it.for<readonly [preconditions: object, text: (pod: StoredPod) => string]>([
    [
      { uid: otherUid },
      ({ metadata }) =>
        `the UID in the precondition (${otherUid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    ],
    [
      { resourceVersion: '1' },
      ({ metadata }) =>
        `the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    ],
  ])('refuses another pod than %j', async ([preconditions, text], { api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const { body } = await api.delete(podsPath(namespace, 'p'), { preconditions })
    expect(body).toEqual(
      refusal(409, 'Conflict', `Operation cannot be fulfilled on Pod "p": ${text(before)}`, { name: 'p', kind: 'Pod' }),
    )
    expect(await readPod(api, namespace, 'p')).toEqual(before)
  })

  it.for<readonly [title: string, query: Record<string, string>, options: unknown, body: object]>([
    [
      'half a JSON',
      {},
      '{"kind":',
      badRequest("couldn't get version/kind; json parse error: unexpected end of JSON input"),
    ],
    [
      'another kind',
      {},
      { apiVersion: 'v1', kind: 'Pod' },
      badRequest('no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"'),
    ],
    [
      'an unknown propagation policy',
      {},
      { propagationPolicy: 'Foo' },
      invalid({ kind: 'DeleteOptions', group: 'meta.k8s.io' }, [
        'NotSupported',
        'propagationPolicy',
        'Unsupported value: "Foo": supported values: "Foreground", "Background", "Orphan", "nil"',
      ]),
    ],
    [
      'two words about what it owns',
      {},
      { propagationPolicy: 'Background', orphanDependents: true },
      invalid({ kind: 'DeleteOptions', group: 'meta.k8s.io' }, bothPolicies),
    ],
    [
      'the same in the query',
      { propagationPolicy: 'Background', orphanDependents: 'true' },
      undefined,
      invalid({ kind: 'DeleteOptions', group: 'meta.k8s.io' }, bothPolicies),
    ],
    [
      'some dry run',
      {},
      { dryRun: ['Some'] },
      invalid({ kind: 'DeleteOptions', group: 'meta.k8s.io' }, [
        'NotSupported',
        'dryRun',
        'Unsupported value: ["Some"]: supported values: "All"',
      ]),
    ],
    [
      'a text',
      {},
      'x',
      badRequest("couldn't get version/kind; json parse error: invalid character 'x' looking for beginning of value"),
    ],
    [
      'a grace period that is no number',
      { gracePeriodSeconds: 'abc' },
      undefined,
      badRequest('strconv.ParseInt: parsing "abc": invalid syntax'),
    ],
  ])('refuses %s', async ([, query, options, refused], { api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    expect((await api.delete(withQuery(podsPath(namespace, 'p'), query), options)).body).toEqual(refused)
    expect(await readPod(api, namespace, 'p')).toEqual(before)
  })

  it('answers a dry run, and deletes nothing', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    expect((await api.delete(podsPath(namespace, 'p'), { dryRun: ['All'] })).status).toBe(200)
    expect((await api.delete(withQuery(podsPath(namespace, 'p'), { dryRun: 'All' }))).status).toBe(200)
    expect(await readPod(api, namespace, 'p')).toEqual(before)
  })

  it('does not look at the query when there is a body', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    await api.delete(withQuery(podsPath(namespace, 'p'), { dryRun: 'All' }), {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
    })
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })

  it('does not look at unknown options', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    expect((await api.delete(podsPath(namespace, 'p'), { grace: 1 })).status).toBe(200)
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })

  it('keeps a pod with finalizers until the last is removed', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { finalizers: ['davit.test/a', 'davit.test/b'] }))
    const remove = (name: string) =>
      api.patch<StoredPod>(podsPath(namespace, 'p'), 'strategic', {
        metadata: { '$deleteFromPrimitiveList/finalizers': [name] },
      })
    const deleted = await api.delete<StoredPod>(podsPath(namespace, 'p'))
    expect(deleted.body.metadata).toMatchObject({
      deletionTimestamp: expect.any(String),
      deletionGracePeriodSeconds: 0,
    })
    expect((await remove('davit.test/a')).body.metadata.finalizers).toEqual(['davit.test/b'])
    expect(await readPod(api, namespace, 'p')).not.toBeNull()
    const last = await remove('davit.test/b')
    expect([last.status, last.body.metadata.name]).toEqual([200, 'p'])
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })

  it('answers 202 when dependents shall go and the object is still there', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { finalizers: ['davit.test/a'] }))
    const request = { body: { orphanDependents: false } }
    const { status, body } = await api.request<StoredPod>('DELETE', podsPath(namespace, 'p'), request)
    expect([status, body.metadata.name]).toEqual([202, 'p'])
    await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { finalizers: null } })
  })

  it('takes no new finalizer on a pod that is being deleted', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { finalizers: ['davit.test/a'] }))
    await api.delete(podsPath(namespace, 'p'))
    const patch = { metadata: { finalizers: ['davit.test/a', 'davit.test/b'] } }
    expect((await api.patch(podsPath(namespace, 'p'), 'merge', patch)).body).toMatchObject({
      code: 422,
      message:
        'Pod "p" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"davit.test/b"}',
    })
  })

  it('deletes those of a collection that a selector names, and answers with them', async ({ api, namespace }) => {
    for (const [name, set] of [
      ['a', '1'],
      ['b', '1'],
      ['c', '2'],
    ] as const) {
      await createPod(api, namespace, unboundPod(name, { labels: { set } }))
    }
    const { status, body } = await api.delete<{ kind: string; items: StoredPod[] }>(
      withQuery(podsPath(namespace), { labelSelector: 'set=1' }),
    )
    expect([status, body.kind]).toEqual([200, 'PodList'])
    expect(body.items.map(({ metadata }) => [metadata.name, metadata.deletionTimestamp])).toEqual([
      ['a', undefined],
      ['b', undefined],
    ])
    const left = await api.get<{ items: StoredPod[] }>(podsPath(namespace))
    expect(left.body.items.map(({ metadata }) => metadata.name)).toEqual(['c'])
  })

  it('shortens a grace that is running, and never lengthens it', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { spec: { terminationGracePeriodSeconds: 40 } }))
    // A node that is not there: nobody ends the pod.
    await api.post(podsPath(namespace, 'p', 'binding'), {
      metadata: { name: 'p' },
      target: { kind: 'Node', name: 'n' },
    })
    const graceAfter = async (query: Record<string, number | string>) => {
      const { body } = await api.delete<StoredPod>(withQuery(podsPath(namespace, 'p'), query))
      return [body.metadata.deletionGracePeriodSeconds, body.metadata.generation]
    }
    expect(await graceAfter({ gracePeriodSeconds: 30 })).toEqual([30, 2])
    expect(await graceAfter({ gracePeriodSeconds: 60 })).toEqual([30, 2])
    expect(await graceAfter({})).toEqual([30, 2])
    expect(await graceAfter({ gracePeriodSeconds: 10 })).toEqual([10, 2])
    expect(await graceAfter({ gracePeriodSeconds: 20 })).toEqual([10, 2])
    expect(await graceAfter({ gracePeriodSeconds: 5, dryRun: 'All' })).toEqual([5, 2])
    expect((await readPod(api, namespace, 'p'))?.metadata.deletionGracePeriodSeconds).toBe(10)
    expect(await graceAfter({ gracePeriodSeconds: -1 })).toEqual([1, 2])
    expect(await graceAfter({ gracePeriodSeconds: 0 })).toEqual([0, 2])
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })

  it('gives a new pod of the name another uid', async ({ api, namespace }) => {
    const first = await createPod(api, namespace, unboundPod('p'))
    await api.delete(podsPath(namespace, 'p'))
    const second = await createPod(api, namespace, unboundPod('p'))
    expect(second.metadata.uid).not.toBe(first.metadata.uid)
  })
})

interface MapList {
  readonly kind: string
  readonly metadata: { readonly continue?: string; readonly remainingItemCount?: number }
  readonly items: readonly { readonly metadata: { readonly name: string; readonly uid: string } }[]
}

conformance('delete of a collection', {}, (it) => {
  const maps = (namespace: string) => inNamespace(namespace, 'configmaps')
  const create = async (api: RawApi, namespace: string, ...names: string[]) => {
    for (const name of names) await api.post(maps(namespace), { metadata: { name, labels: { mine: 'y' } } })
  }
  const namesOf = ({ items }: MapList) => items.map(({ metadata }) => metadata.name)
  const left = async (api: RawApi, namespace: string) =>
    namesOf((await api.get<MapList>(withQuery(maps(namespace), { labelSelector: 'mine' }))).body)
  const remove = (api: RawApi, namespace: string, query: Record<string, string | number>, options?: unknown) =>
    api.delete<MapList>(withQuery(maps(namespace), { labelSelector: 'mine', ...query }), options)

  it('deletes as many as it is asked to, and says where to go on', async ({ api, namespace }) => {
    await create(api, namespace, 'a', 'b', 'c', 'd')
    const first = await remove(api, namespace, { limit: 2 })
    expect([first.status, first.body.kind, namesOf(first.body)]).toEqual([200, 'ConfigMapList', ['a', 'b']])
    expect(await left(api, namespace)).toEqual(['c', 'd'])
    const token = first.body.metadata.continue ?? ''
    expect(token).not.toBe('')
    expect(namesOf((await remove(api, namespace, { limit: 1, continue: token })).body)).toEqual(['c'])
    expect(await left(api, namespace)).toEqual(['d'])
  })

  it('deletes those a field selector names', async ({ api, namespace }) => {
    await create(api, namespace, 'a', 'b')
    expect(namesOf((await remove(api, namespace, { fieldSelector: 'metadata.name=b' })).body)).toEqual(['b'])
    expect(await left(api, namespace)).toEqual(['a'])
  })

  it('deletes nothing where there is nothing', async ({ api, namespace }) => {
    const { status, body } = await remove(api, namespace, {})
    expect([status, body]).toEqual([
      200,
      { kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: expect.any(String) }, items: [] },
    ])
  })

  it.for<readonly [title: string, query: Record<string, string>, options: unknown]>([
    ['of the query', { dryRun: 'All' }, undefined],
    ['of the body', {}, { dryRun: ['All'] }],
  ])('answers a dry run %s, and deletes nothing', async ([, query, options], { api, namespace }) => {
    await create(api, namespace, 'a', 'b')
    const { status, body } = await remove(api, namespace, query, options)
    expect([status, namesOf(body)]).toEqual([200, ['a', 'b']])
    expect(await left(api, namespace)).toEqual(['a', 'b'])
  })

  it('keeps to its preconditions for each', async ({ api, namespace }) => {
    await create(api, namespace, 'a')
    const { items } = (await api.get<MapList>(withQuery(maps(namespace), { labelSelector: 'mine' }))).body
    const { body } = await remove(api, namespace, {}, { preconditions: { uid: otherUid } })
    const text = `the UID in the precondition (${otherUid}) does not match the UID in record (${items[0]?.metadata.uid}). The object might have been deleted and then recreated`
    const details = { name: 'a', kind: 'ConfigMap' }
    expect(body).toEqual(refusal(409, 'Conflict', `Operation cannot be fulfilled on ConfigMap "a": ${text}`, details))
    expect((await remove(api, namespace, {}, { preconditions: { resourceVersion: '1' } })).status).toBe(409)
    expect(await left(api, namespace)).toEqual(['a'])
  })

  it.for<readonly [query: Record<string, string>, options: unknown, refused: object]>([
    [{ labelSelector: '==' }, undefined, badRequest("found '==', expected: !, identifier, or 'end of string'")],
    [
      { fieldSelector: 'data.x=y' },
      undefined,
      badRequest('"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"'),
    ],
    [
      { resourceVersion: 'abc' },
      undefined,
      badRequest(
        'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
      ),
    ],
    [{ timeoutSeconds: 'abc' }, undefined, badRequest('strconv.ParseInt: parsing "abc": invalid syntax')],
    [
      {},
      { propagationPolicy: 'Background', orphanDependents: true },
      invalid({ kind: 'DeleteOptions', group: 'meta.k8s.io' }, bothPolicies),
    ],
  ])('refuses %j with %j', async ([query, options, refused], { api, namespace }) => {
    await create(api, namespace, 'a')
    expect((await remove(api, namespace, query, options)).body).toEqual(refused)
    expect(await left(api, namespace)).toEqual(['a'])
  })

  it('is not of namespaces', async ({ api }) => {
    expect((await api.delete('/api/v1/namespaces')).body).toEqual(
      refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {}),
    )
  })
})

conformance('delete of pods that run', { needs: ['scriptedPods'] }, (it) => {
  it('gives a running pod its grace', async ({ api, namespace }) => {
    await createPod(api, namespace, scriptedPod('p', { hold: true }))
    await untilPhase(api, namespace, 'p', 'Running')
    const askedAt = Date.now()
    const { status, body } = await api.delete<StoredPod>(podsPath(namespace, 'p'))
    const { deletionTimestamp, deletionGracePeriodSeconds, generation } = body.metadata
    expect([status, deletionGracePeriodSeconds, generation]).toEqual([200, 30, 2])
    const graceMs = Date.parse(deletionTimestamp ?? '') - askedAt
    expect(graceMs).toBeGreaterThan(28_000)
    expect(graceMs).toBeLessThan(36_000)
    await untilGone(api, namespace, 'p')
  })

  it('takes the grace of the pod, or of the request', async ({ api, namespace }) => {
    const finalizers = ['davit.test/keep']
    const spec = { terminationGracePeriodSeconds: 20 }
    for (const name of ['own', 'asked', 'queried']) {
      await createPod(api, namespace, scriptedPod(name, { hold: true }, { spec, finalizers }))
      await untilPhase(api, namespace, name, 'Running')
    }
    const grace = async (name: string, query: Record<string, number>, options?: object) =>
      (await api.delete<StoredPod>(withQuery(podsPath(namespace, name), query), options)).body.metadata
        .deletionGracePeriodSeconds
    expect(await grace('own', {})).toBe(20)
    expect(await grace('asked', {}, { gracePeriodSeconds: 7 })).toBe(7)
    expect(await grace('queried', { gracePeriodSeconds: 8 })).toBe(8)
    for (const name of ['own', 'asked', 'queried']) {
      await api.patch(podsPath(namespace, name), 'merge', { metadata: { finalizers: null } })
    }
  })

  it('removes a running pod at once when the grace is 0', async ({ api, namespace }) => {
    await createPod(api, namespace, scriptedPod('p', { hold: true }))
    await untilPhase(api, namespace, 'p', 'Running')
    expect((await api.delete(podsPath(namespace, 'p'), { gracePeriodSeconds: 0 })).status).toBe(200)
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })

  it.for([0, 3])('removes a pod that has ended with %i at once', async (exitCode, { api, namespace }) => {
    await createPod(api, namespace, scriptedPod('p', { runMs: 1, exitCode }))
    await untilPhase(api, namespace, 'p', exitCode === 0 ? 'Succeeded' : 'Failed')
    const { body } = await api.delete<StoredPod>(podsPath(namespace, 'p'))
    expect(body.metadata.deletionGracePeriodSeconds).toBe(0)
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })
})
