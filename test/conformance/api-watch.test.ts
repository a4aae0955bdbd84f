import { expect } from 'vitest'
import { inNamespace, podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { createPod, type StoredPod, untilPhase } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import type { RawWatch, RawWatchEvent } from '../support/raw-watch.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { badRequest, type Cause, invalid, refusal } from '../support/status-bodies.ts'
import { createNamespace } from '../support/test-namespace.ts'
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

  it('tells the opposite to a selector that wants the opposite', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { labels: { a: '1' } }))
    const resourceVersion = await versionOf(api, namespace)
    using has = watchPods(api, namespace, { resourceVersion, labelSelector: 'a' })
    using hasNot = watchPods(api, namespace, { resourceVersion, labelSelector: '!a' })
    using all = watchPods(api, namespace, { resourceVersion })
    await label(api, namespace, 'p', { a: null })
    await label(api, namespace, 'p', { a: '2' })
    await api.delete(podsPath(namespace, 'p'))
    const types = async (watch: RawWatch, count: number) => (await watch.take(count)).map(({ type }) => type)
    expect(await types(hasNot, 2)).toEqual(['ADDED', 'DELETED'])
    expect(await types(has, 4)).toEqual(['DELETED', 'ADDED', 'MODIFIED', 'DELETED'])
    expect(await types(all, 4)).toEqual(['MODIFIED', 'MODIFIED', 'MODIFIED', 'DELETED'])
  })

  it('tells once that an object left a selector when it went for good', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { labels: { a: '1' }, finalizers: ['davit.test/keep'] }))
    await api.delete(podsPath(namespace, 'p'))
    const resourceVersion = await versionOf(api, namespace)
    using watch = watchPods(api, namespace, { resourceVersion, labelSelector: 'a=1' })
    const last = { metadata: { finalizers: null, labels: { a: '2' } } }
    await api.patch(podsPath(namespace, 'p'), 'merge', last)
    await createPod(api, namespace, unboundPod('q', { labels: { a: '1' } }))
    expect(seen(await watch.take(2))).toEqual(['DELETED p', 'ADDED q'])
  })

  it('tells of each object of a collection that was deleted', async ({ api, namespace }) => {
    const configmaps = inNamespace(namespace, 'configmaps')
    const names = ['a', 'b', 'c']
    for (const name of names) await api.post(configmaps, { metadata: { name, labels: { set: '1' } } })
    const resourceVersion = await versionOf(api, namespace)
    const selected = withQuery(configmaps, { labelSelector: 'set=1' })
    using watch = api.watch(`${selected}&watch=true&resourceVersion=${resourceVersion}`)
    await api.delete(selected)
    expect(seen(await watch.take(3))).toEqual(names.map((name) => `DELETED ${name}`))
  })

  it('is silent in a namespace that is not there yet', async ({ api, namespace }) => {
    const later = `${namespace.slice(0, 55)}-later`
    using watch = watchPods(api, later)
    expect(await watch.status()).toBe(200)
    await createNamespace(api, later)
    await createPod(api, later, unboundPod('p'))
    expect(seen([await watch.next()])).toEqual(['ADDED p'])
    await api.delete(`/api/v1/namespaces/${later}`)
  })

  it('tells a reader that is slow everything, if it goes on where it was cut off', async ({ api, namespace }) => {
    const configmaps = inNamespace(namespace, 'configmaps')
    let resourceVersion = await versionOf(api, namespace)
    const open = () => api.watch(withQuery(configmaps, { watch: true, resourceVersion, labelSelector: 'big' }))
    let watch = open()
    await watch.readNothing()
    // More than the buffers on the way hold.
    const names = Array.from({ length: 48 }, (_, index) => `big-${String(index).padStart(2, '0')}`)
    const data = { text: 'x'.repeat(256 * 1024) }
    for (const name of names) await api.post(configmaps, { metadata: { name, labels: { big: '1' } }, data })
    await watch.readOn()
    const told: (string | undefined)[] = []
    while (told.length < names.length) {
      const event = await watch.nextOrEnd()
      if (event === null) {
        watch = open()
        continue
      }
      told.push(event.object.metadata.name)
      resourceVersion = event.object.metadata.resourceVersion ?? ''
    }
    watch[Symbol.dispose]()
    expect(told).toEqual(names)
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

  it('watches one object, and all namespaces, by older paths', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('q'))
    using one = api.watch(`/api/v1/watch/namespaces/${namespace}/pods/p`)
    using all = api.watch(withQuery('/api/v1/watch/pods', { fieldSelector: `metadata.namespace=${namespace}` }))
    expect(seen([await all.next()])).toEqual(['ADDED q'])
    await createPod(api, namespace, unboundPod('p'))
    expect(seen([await one.next(), await all.next()])).toEqual(['ADDED p', 'ADDED p'])
  })

  it.for(['1', 'TRUE', 'yes', ''])('is meant by watch=%s', async (watch, { api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    using watching = api.watch(withQuery(podsPath(namespace), { watch }))
    expect(seen([await watching.next()])).toEqual(['ADDED p'])
  })

  it('does not care about a limit', async ({ api, namespace }) => {
    for (const name of ['p', 'q']) await createPod(api, namespace, unboundPod(name))
    using watch = watchPods(api, namespace, { limit: 1 })
    expect(seen(await watch.take(2)).toSorted()).toEqual(['ADDED p', 'ADDED q'])
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

  it.for<readonly [sendInitialEvents: boolean, version: string, initial: readonly string[]]>([
    [true, '', ['ADDED p1', 'ADDED p2', 'ADDED p3']],
    [true, '0', ['ADDED p1', 'ADDED p2', 'ADDED p3']],
    [true, 'second', ['ADDED p1', 'ADDED p2', 'ADDED p3']],
    [false, '', []],
    [false, '0', []],
    [false, 'second', ['ADDED p3']],
  ])(
    'begins as sendInitialEvents says: %j, version %j',
    async ([sendInitialEvents, version, initial], { api, namespace }) => {
      const versions: string[] = []
      for (const name of ['p1', 'p2', 'p3']) {
        versions.push((await createPod(api, namespace, unboundPod(name))).metadata.resourceVersion)
      }
      // The cache that the versions "" and 0 read may be a moment behind.
      const cached = withQuery(podsPath(namespace), { resourceVersion: '0' })
      await eventually(async () => (await api.get<{ items: unknown[] }>(cached)).body.items.length === 3)
      using watch = watchPods(api, namespace, {
        sendInitialEvents,
        resourceVersionMatch: 'NotOlderThan',
        ...(version !== '' && { resourceVersion: version === '0' ? '0' : (versions[1] ?? '') }),
      })
      await watch.status()
      // Without bookmarks nothing tells the end of them.
      await createPod(api, namespace, unboundPod('last'))
      const events = seen(await watch.until(({ object }) => object.metadata.name === 'last'))
      expect(events.toSorted()).toEqual(['ADDED last', ...initial])
    },
  )

  it.concurrent('tells a version of the future to who waits for what is there', async ({ api, namespace }) => {
    using watch = watchPods(api, namespace, {
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      resourceVersion: '99999999',
    })
    const [event] = await watch.rest({ withinMs: 15_000 })
    expect([await watch.status(), event]).toEqual([
      200,
      {
        type: 'ERROR',
        object: refusal(
          504,
          'Timeout',
          expect.stringMatching(/^Timeout: Too large resource version: 99999999, current: \d+$/) as unknown as string,
          {
            causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
            retryAfterSeconds: 1,
          },
        ),
      },
    ])
  })

  it.for([
    ['v1', 'Event', { involvedObject: {}, source: {}, firstTimestamp: null, lastTimestamp: null, eventTime: null }],
    ['events.k8s.io/v1', 'Event', { eventTime: null, regarding: {}, deprecatedSource: {} }],
  ] as const)('watches events, too: %s', async ([apiVersion, kind, empty], { api, namespace }) => {
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`
    const involvedObject = { kind: 'Pod', namespace, name: 'p' }
    await api.post(inNamespace(namespace, 'events'), { metadata: { name: 'e' }, involvedObject })
    using watch = api.watch(
      withQuery(`${root}/namespaces/${namespace}/events`, {
        watch: true,
        sendInitialEvents: true,
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: true,
      }),
    )
    const [added, mark] = await watch.take(2)
    expect(added).toMatchObject({ type: 'ADDED', object: { kind, apiVersion, metadata: { name: 'e' } } })
    expect(mark).toMatchObject({ type: 'BOOKMARK', object: { kind, apiVersion, ...empty } })
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
      { continue: 'x' },
      option([
        'Forbidden',
        'resourceVersionMatch',
        'Forbidden: resourceVersionMatch is forbidden when continue is provided',
      ]),
    ],
    [{ timeoutSeconds: 'abc' }, badRequest('strconv.ParseInt: parsing "abc": invalid syntax')],
    [{ fieldSelector: 'foo' }, badRequest("invalid selector: 'foo'; can't understand 'foo'")],
    [
      { resourceVersion: '-1' },
      refusal(500, null, 'resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": invalid syntax'),
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
