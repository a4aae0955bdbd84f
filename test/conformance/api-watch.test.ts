import { expect } from 'vitest'
import { inNamespace, podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createPod, type StoredPod, untilPhase } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import type { RawWatchEvent } from '../support/raw-watch.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { type Cause, invalid, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

type Query = Readonly<Record<string, string | number | boolean>>

const watchPods = (api: RawApi, namespace: string, query: Query = {}) =>
  api.watch(withQuery(podsPath(namespace), { watch: true, ...query }))
const seen = (events: readonly RawWatchEvent[]) => events.map(({ type, object }) => `${type} ${object.metadata.name}`)
const versionOf = async (api: RawApi, namespace: string) =>
  (await api.get<{ metadata: { resourceVersion: string } }>(podsPath(namespace))).body.metadata.resourceVersion
const label = (api: RawApi, namespace: string, name: string, labels: object) =>
  api.patch<StoredPod>(podsPath(namespace, name), 'merge', { metadata: { labels } })
const bookmark = (metadata: object) => ({
  type: 'BOOKMARK',
  object: { kind: 'Pod', apiVersion: 'v1', metadata, spec: { containers: null }, status: {} },
})

conformance('watch', {}, (it) => {
  it.for(['', '0', null])(
    'tells of what is there, then of changes: version %j',
    async (resourceVersion, { api, namespace }) => {
      const created = await createPod(api, namespace, unboundPod('p1'))
      // The cache that version 0 reads may be a moment behind.
      using watch = watchPods(api, namespace, resourceVersion === null ? {} : { resourceVersion })
      expect(await watch.next()).toEqual({ type: 'ADDED', object: created })
      expect(await watch.status()).toBe(200)
      const second = await createPod(api, namespace, unboundPod('p2'))
      expect(await watch.next()).toEqual({ type: 'ADDED', object: second })
    },
  )

  it('tells of what came after a version, each change with its object', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('before'))
    const resourceVersion = await versionOf(api, namespace)
    const added = await createPod(api, namespace, unboundPod('p'))
    const changed = (await label(api, namespace, 'p', { a: '1' })).body
    using watch = watchPods(api, namespace, { resourceVersion })
    expect(await watch.take(2)).toEqual([
      { type: 'ADDED', object: added },
      { type: 'MODIFIED', object: changed },
    ])
    const { body: deleted } = await api.delete<StoredPod>(podsPath(namespace, 'p'))
    const [marked, gone] = await watch.take(2)
    expect(marked).toMatchObject({
      type: 'MODIFIED',
      object: { metadata: { deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 0 } },
    })
    expect(gone).toMatchObject({
      type: 'DELETED',
      object: { metadata: { resourceVersion: deleted.metadata.resourceVersion } },
    })
    expect(marked?.object.metadata.resourceVersion).not.toBe(deleted.metadata.resourceVersion)
  })

  it('says nothing of a change that changes nothing', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { labels: { a: '1' } }))
    using watch = watchPods(api, namespace, { resourceVersion: await versionOf(api, namespace) })
    await label(api, namespace, 'p', { a: '1' })
    await createPod(api, namespace, unboundPod('q'))
    expect(seen([await watch.next()])).toEqual(['ADDED q'])
  })

  it('gives every watcher every event in the order of versions', async ({ api, namespace }) => {
    const resourceVersion = await versionOf(api, namespace)
    const watches = Array.from({ length: 5 }, () => watchPods(api, namespace, { resourceVersion }))
    const names = Array.from({ length: 20 }, (_, index) => `p${index}`)
    await Promise.all(names.map((name) => createPod(api, namespace, unboundPod(name))))
    const told = await Promise.all(watches.map((watch) => watch.take(names.length)))
    for (const watch of watches) watch[Symbol.dispose]()
    const [first = []] = told
    for (const events of told) expect(events).toEqual(first)
    const versions = first.map(({ object }) => Number(object.metadata.resourceVersion))
    expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    expect(seen(first).toSorted()).toEqual(names.map((name) => `ADDED ${name}`).toSorted())
  })

  it('tells ADDED and DELETED of objects that enter and leave a selector', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { labels: { a: '1', other: 'x' } }))
    const resourceVersion = await versionOf(api, namespace)
    using watch = watchPods(api, namespace, { resourceVersion, labelSelector: 'a=2' })
    const entered = (await label(api, namespace, 'p', { a: '2' })).body
    expect(await watch.next()).toEqual({ type: 'ADDED', object: entered })
    const within = (await label(api, namespace, 'p', { other: 'y' })).body
    expect(await watch.next()).toEqual({ type: 'MODIFIED', object: within })
    const left = (await label(api, namespace, 'p', { a: '3' })).body
    // As it was before, with the new version.
    expect(await watch.next()).toEqual({
      type: 'DELETED',
      object: { ...within, metadata: { ...within.metadata, resourceVersion: left.metadata.resourceVersion } },
    })
    await label(api, namespace, 'p', { other: 'z' })
    await api.delete(podsPath(namespace, 'p'))
    await createPod(api, namespace, unboundPod('last', { labels: { a: '2' } }))
    expect(seen([await watch.next()])).toEqual(['ADDED last'])
  })

  it('watches one object by its name, and the phases of all', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    await createPod(api, namespace, unboundPod('q'))
    const resourceVersion = await versionOf(api, namespace)
    using one = watchPods(api, namespace, { resourceVersion, fieldSelector: 'metadata.name=q' })
    using failed = watchPods(api, namespace, { resourceVersion, fieldSelector: 'status.phase=Failed' })
    for (const name of ['p', 'q']) {
      await api.patch(podsPath(namespace, name, 'status'), 'merge', { status: { phase: 'Failed' } })
    }
    expect(seen([await one.next()])).toEqual(['MODIFIED q'])
    expect(seen(await failed.take(2))).toEqual(['ADDED p', 'ADDED q'])
  })

  it('watches by its older path, and all namespaces', async ({ api, namespace }) => {
    const resourceVersion = await versionOf(api, namespace)
    using older = api.watch(withQuery(`/api/v1/watch/namespaces/${namespace}/pods`, { resourceVersion }))
    using all = api.watch(
      withQuery('/api/v1/pods', { watch: 1, resourceVersion, fieldSelector: `metadata.namespace=${namespace}` }),
    )
    await createPod(api, namespace, unboundPod('p'))
    expect(seen([await older.next(), await all.next()])).toEqual(['ADDED p', 'ADDED p'])
  })

  it.concurrent('ends after timeoutSeconds, without a word', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const startedAt = performance.now()
    using watch = watchPods(api, namespace, { timeoutSeconds: 2 })
    expect(seen(await watch.rest())).toEqual(['ADDED p'])
    const tookMs = performance.now() - startedAt
    expect(tookMs).toBeGreaterThan(1_500)
    expect(tookMs).toBeLessThan(6_000)
  })

  it.concurrent('sends a bookmark before it ends, to those who want them', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const resourceVersion = await versionOf(api, namespace)
    using watch = watchPods(api, namespace, { resourceVersion, timeoutSeconds: 6, allowWatchBookmarks: true })
    using without = watchPods(api, namespace, { resourceVersion, timeoutSeconds: 6 })
    const { metadata } = await createPod(api, namespace, unboundPod('q'))
    const events = await watch.rest()
    expect(seen(events.slice(0, 1))).toEqual(['ADDED q'])
    const marks = events.slice(1)
    expect(marks.length).toBeGreaterThan(0)
    for (const mark of marks) expect(mark).toEqual(bookmark({ resourceVersion: expect.stringMatching(/^\d+$/) }))
    const last = Number(marks.at(-1)?.object.metadata.resourceVersion)
    expect(last).toBeGreaterThanOrEqual(Number(metadata.resourceVersion))
    expect(seen(await without.rest())).toEqual(['ADDED q'])
  })

  it.concurrent('is silent about a version of the future', async ({ api, namespace }) => {
    using watch = watchPods(api, namespace, { resourceVersion: '99999999', timeoutSeconds: 2 })
    await createPod(api, namespace, unboundPod('p'))
    expect(await watch.rest()).toEqual([])
    expect(await watch.status()).toBe(200)
  })

  it('marks the end of the initial events', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p1'))
    await createPod(api, namespace, unboundPod('p2'))
    using watch = watchPods(api, namespace, {
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
    })
    const events = await watch.take(3)
    expect(seen(events.slice(0, 2)).toSorted()).toEqual(['ADDED p1', 'ADDED p2'])
    expect(events[2]).toEqual(
      bookmark({
        resourceVersion: expect.stringMatching(/^\d+$/),
        annotations: { 'k8s.io/initial-events-end': 'true' },
      }),
    )
    await createPod(api, namespace, unboundPod('p3'))
    expect(seen([await watch.next()])).toEqual(['ADDED p3'])
  })

  it('watches other kinds', async ({ api, namespace }) => {
    const configmaps = inNamespace(namespace, 'configmaps')
    const resourceVersion = await versionOf(api, namespace)
    using watch = api.watch(
      withQuery(configmaps, { watch: true, resourceVersion, fieldSelector: 'metadata.name=mine' }),
    )
    await api.post(configmaps, { metadata: { name: 'mine' } })
    await api.delete(`${configmaps}/mine`)
    expect(seen(await watch.take(2))).toEqual(['ADDED mine', 'DELETED mine'])
    using namespaces = api.watch(
      withQuery('/api/v1/namespaces', { watch: true, fieldSelector: `metadata.name=${namespace}` }),
    )
    expect(seen([await namespaces.next()])).toEqual([`ADDED ${namespace}`])
  })

  const option = (cause: Cause) => invalid({ kind: 'ListOptions', group: 'meta.k8s.io' }, cause)

  it.for<readonly [query: Query, body: object]>([
    [
      { sendInitialEvents: true },
      option([
        'Forbidden',
        'resourceVersionMatch',
        'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ]),
    ],
    [
      { resourceVersionMatch: 'NotOlderThan', resourceVersion: '1' },
      option([
        'Forbidden',
        'resourceVersionMatch',
        'Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ]),
    ],
    [
      { resourceVersion: 'abc' },
      refusal(500, null, 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'),
    ],
  ])('refuses %j', async ([query, refused], { api }) => {
    const { body } = await api.get(withQuery(podsPath('default'), { watch: true, ...query }))
    expect(body).toEqual(refused)
  })
})

conformance('watch of pods that run', { needs: ['scriptedPods'] }, (it) => {
  it('shows each phase once and in order', async ({ api, namespace }) => {
    using watch = watchPods(api, namespace, { resourceVersion: await versionOf(api, namespace) })
    await createPod(api, namespace, scriptedPod('p', { runMs: 300 }))
    const events = await watch.until(({ object }) => phaseOf(object) === 'Succeeded', { withinMs: 20_000 })
    const phases = events.map(({ object }) => phaseOf(object))
    expect(events.map(({ type }) => type)).toEqual(['ADDED', ...events.slice(1).map(() => 'MODIFIED')])
    expect(phases.filter((phase, index) => phase !== phases[index - 1])).toEqual(['Pending', 'Running', 'Succeeded'])
  })

  it('shows a graceful deletion: marked, ended, gone', async ({ api, namespace }) => {
    await createPod(api, namespace, scriptedPod('p', { hold: true }))
    await untilPhase(api, namespace, 'p', 'Running')
    using watch = watchPods(api, namespace, { resourceVersion: await versionOf(api, namespace) })
    await api.delete(podsPath(namespace, 'p'))
    const events = await watch.until(({ type }) => type === 'DELETED', { withinMs: 20_000 })
    const first = events[0]
    expect(first).toMatchObject({ type: 'MODIFIED', object: { metadata: { deletionGracePeriodSeconds: 30 } } })
    expect(first && phaseOf(first.object)).toBe('Running')
    expect(events.slice(0, -1).map(({ type }) => type)).toEqual(events.slice(0, -1).map(() => 'MODIFIED'))
  })
})

function phaseOf(object: RawWatchEvent['object']): unknown {
  return (object.status as { phase?: string } | undefined)?.phase
}
