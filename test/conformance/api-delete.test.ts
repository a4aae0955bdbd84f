import { expect } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createPod, readPod, type StoredPod, untilGone, untilPhase } from '../support/pods-by-api.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { badRequest, invalid, notFound, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const otherUid = '11111111-1111-1111-1111-111111111111'
const secondsPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

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

  it('gives a new pod of the name another uid', async ({ api, namespace }) => {
    const first = await createPod(api, namespace, unboundPod('p'))
    await api.delete(podsPath(namespace, 'p'))
    const second = await createPod(api, namespace, unboundPod('p'))
    expect(second.metadata.uid).not.toBe(first.metadata.uid)
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
