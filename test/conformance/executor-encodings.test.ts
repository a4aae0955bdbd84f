import {
  createKubeClient,
  type KubeClient,
  loadKubeConfig,
  type PodEncoding,
  type PodView,
  type WatchEvent,
} from '@davit/executor'
import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import type { StartedBackend } from '../support/backend.ts'
import { conformance } from '../support/conformance.ts'
import { podShapes } from '../support/pod-shapes.ts'
import { podViewOf } from '../support/pod-view-of.ts'
import { createPod, type StoredPod } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { unboundPod } from '../support/test-pod.ts'

const client = async ({ kubeconfig }: StartedBackend, podEncoding: PodEncoding): Promise<KubeClient> =>
  createKubeClient(await loadKubeConfig({ kubeconfig }), { podEncoding })

/** Both clients, and what both give. */
async function both<T>(
  backend: StartedBackend,
  ask: (kube: KubeClient) => Promise<T>,
): Promise<[json: T, protobuf: T]> {
  const [json, protobuf] = [await client(backend, 'json'), await client(backend, 'protobuf')]
  try {
    return [await ask(json), await ask(protobuf)]
  } finally {
    await Promise.all([json.close(), protobuf.close()])
  }
}

async function createShapes(api: RawApi, namespace: string): Promise<readonly StoredPod[]> {
  const pods: StoredPod[] = []
  for (const [name, { pod, status }] of Object.entries(podShapes)) {
    const created = await createPod(api, namespace, unboundPod(name, pod))
    if (!status) {
      pods.push(created)
      continue
    }
    const {
      status: code,
      body,
      text,
    } = await api.patch<StoredPod>(podsPath(namespace, name, 'status'), 'merge', {
      status,
    })
    if (code !== 200) throw new Error(`the status of ${name} was refused: ${text}`)
    pods.push(body)
  }
  return pods
}

const whole = <T>(pod: T): T => pod

async function watched(
  kube: KubeClient,
  namespace: string,
  options: { readonly resourceVersion?: string; readonly sendInitialEvents?: boolean },
  isLast: (event: WatchEvent<unknown>, count: number) => boolean,
) {
  const controller = new AbortController()
  const events: WatchEvent<object>[] = []
  const watch = { ...options, signal: controller.signal, silenceMs: 30_000, project: whole }
  for await (const event of kube.pods.watch<object>(namespace, watch)) {
    events.push('object' in event ? { ...event, object: podViewOf(event.object as Pod) } : event)
    if (isLast(event, events.length)) controller.abort()
  }
  return events
}

conformance('what is read of pods in either encoding', {}, (it) => {
  it('is the same in a list, page by page, and what the server holds', async ({ api, backend, namespace }) => {
    const stored = await createShapes(api, namespace)
    const views = stored.map((pod) => podViewOf(pod)).toSorted(byName)
    const [json, protobuf] = await both(backend, async ({ pods }) => {
      const first = await pods.list(namespace, { limit: 4, project: whole })
      const second = await pods.list(namespace, { limit: 100, project: whole, ...tokenOf(first) })
      return { first, items: [...first.items, ...second.items], resourceVersion: second.resourceVersion }
    })
    expect(protobuf.items.map((pod) => podViewOf(pod as Pod)).toSorted(byName)).toEqual(views)
    expect(json.items.map((pod) => podViewOf(pod as Pod)).toSorted(byName)).toEqual(views)
    expect(protobuf.first.remainingItemCount).toBe(stored.length - 4)
    expect(protobuf.first.remainingItemCount).toBe(json.first.remainingItemCount)
    expect(protobuf.resourceVersion).toMatch(/^\d+$/)
  })

  it('is the same in a watch: initial events, changes, a deletion', async ({ api, backend, namespace }) => {
    const stored = await createShapes(api, namespace)
    const initial = await both(backend, (kube) =>
      watched(kube, namespace, { sendInitialEvents: true }, ({ type }) => type === 'BOOKMARK'),
    )
    expect(initial[1].map(textOf)).toEqual(initial[0].map(textOf))
    expect(initial[1].at(-1)).toMatchObject({ type: 'BOOKMARK', initialEventsEnd: true })
    const objects = initial[1].flatMap((event) => ('object' in event ? [event.object] : []))
    expect(objects.toSorted(byName)).toEqual(stored.map((pod) => podViewOf(pod)).toSorted(byName))

    const [{ metadata }] = stored as [StoredPod]
    const { resourceVersion } = await listVersion(api, namespace)
    const change = { metadata: { labels: { changed: 'yes' } } }
    expect((await api.patch(podsPath(namespace, metadata.name), 'merge', change)).status).toBe(200)
    expect((await api.delete(podsPath(namespace, metadata.name))).status).toBe(200)
    const [json, protobuf] = await both(backend, (kube) =>
      watched(kube, namespace, { resourceVersion }, ({ type }) => type === 'DELETED'),
    )
    const told = (events: readonly WatchEvent<object>[]) => events.filter(({ type }) => type !== 'BOOKMARK')
    expect(told(protobuf).map(({ type }) => type)).toEqual(['MODIFIED', 'MODIFIED', 'DELETED'])
    expect(told(protobuf)).toEqual(told(json))
  })

  it('is the same in the answers to a create, a patch and a deletion, as far as it is asked for', async ({
    backend,
    namespace,
  }) => {
    const wanted = unboundPod('p', { labels: { a: '1' }, annotations: { b: 'ä' }, finalizers: ['example.com/held'] })
    const [json, protobuf] = await both(backend, async ({ pods }) => {
      const created = await pods.create(namespace, wanted, { dryRun: true, fieldValidation: 'Strict' })
      const metadata = await pods.create(namespace, wanted, { dryRun: true, metadataOnly: true })
      return { created, metadata }
    })
    const shown = ({ metadata, ...rest }: PodView) => {
      const { uid, resourceVersion: _, creationTimestamp, ...others } = metadata ?? {}
      return { ...rest, metadata: { ...others, hasUid: uid !== undefined, isDated: creationTimestamp !== undefined } }
    }
    expect(shown(podViewOf(protobuf.created as Pod))).toEqual(shown(podViewOf(json.created as Pod)))
    expect(shown(podViewOf(protobuf.metadata as Pod))).toEqual(shown(podViewOf(json.metadata as Pod)))
    expect(shown(podViewOf(protobuf.metadata as Pod))).toMatchObject({
      metadata: { ...wanted.metadata, namespace, hasUid: true, isDated: true },
    })
    expect([protobuf.metadata.spec, json.metadata.spec]).toEqual([undefined, undefined])

    const kube = await client(backend, 'protobuf')
    try {
      await kube.pods.create(namespace, wanted)
      const patch = { type: 'merge', patch: { metadata: { labels: { c: '3' } } } } as const
      const patched = await kube.pods.patch(namespace, 'p', patch)
      expect(podViewOf(patched as Pod)).toEqual(podViewOf(await kube.pods.get(namespace, 'p')))
      const labelled = await kube.pods.patch(namespace, 'p', patch, { metadataOnly: true })
      expect(labelled).toMatchObject({ metadata: { labels: { a: '1', c: '3' } } })
      const deleted = await kube.pods.delete(namespace, 'p', { metadataOnly: true })
      expect(deleted).toMatchObject({
        metadata: { deletionTimestamp: expect.any(String), finalizers: ['example.com/held'] },
      })
      const freed = await kube.pods.patch(namespace, 'p', { type: 'merge', patch: { metadata: { finalizers: null } } })
      expect(freed.metadata?.finalizers).toBeUndefined()
    } finally {
      await kube.close()
    }
  })

  it('is the same in refusals, with causes and details', async ({ backend, namespace }) => {
    const refusals: Readonly<Record<string, (kube: KubeClient) => Promise<unknown>>> = {
      'an invalid pod': ({ pods }) =>
        pods.create(namespace, { metadata: { name: 'Bad_Name' }, spec: { containers: [{ name: 'x y', image: '' }] } }),
      'an unknown field': ({ pods }) =>
        pods.create(namespace, { ...unboundPod('p'), spec: { containers: [], nope: 1 } } as Pod, {
          fieldValidation: 'Strict',
        }),
      'metadata of an invalid pod': ({ pods }) =>
        pods.create(namespace, { metadata: { name: 'p' }, spec: { containers: [] } }, { metadataOnly: true }),
      'a patch of nothing': ({ pods }) => pods.patch(namespace, 'nope', { type: 'merge', patch: {} }),
      'a patch of nothing, for its metadata': ({ pods }) =>
        pods.patch(namespace, 'nope', { type: 'merge', patch: {} }, { metadataOnly: true }),
      'a deletion of nothing': ({ pods }) => pods.delete(namespace, 'nope'),
      'a list with a wrong selector': ({ pods }) => pods.list(namespace, { labelSelector: 'a in', project: whole }),
      'a namespace that is not there': ({ pods }) => pods.create(`${namespace}-nope`, unboundPod('p')),
      'a watch of a version that is none': ({ pods }) =>
        pods.watch(namespace, { resourceVersion: 'x', project: whole })[Symbol.asyncIterator]().next(),
    }
    for (const [title, ask] of Object.entries(refusals)) {
      const [json, protobuf] = await both(backend, (kube) => ask(kube).then(() => title, errorFields))
      expect(protobuf, title).toMatchObject({ code: 'KUBE_API', status: { kind: 'Status' } })
      expect(protobuf, title).toEqual(json)
    }
  })
})

conformance('protobuf', { needs: ['protobuf'] }, (it) => {
  it('is what pods come in, unless JSON is asked for', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }))
    const [json, protobuf] = await both(backend, ({ pods }) =>
      pods.list<Pod>(namespace, { project: (pod) => pod as Pod }),
    )
    const volumes = expect.arrayContaining([{ name: 'v', emptyDir: {} }])
    expect(json.items[0]?.spec?.volumes).toEqual(volumes)
    expect(protobuf.items[0]?.spec?.volumes).toBeUndefined()
    const [, got] = await both(backend, ({ pods }) => pods.get(namespace, 'p'))
    expect(got.spec?.volumes).toEqual(volumes)
  })
})

function tokenOf(page: { readonly continue?: string } | undefined) {
  return page?.continue === undefined ? {} : { continue: page.continue }
}

function errorFields(error: unknown) {
  const { name, message, code, status, httpStatus, method, path, retryAfterMs } = error as Record<string, unknown>
  return { name, message, code, status, httpStatus, method, path, retryAfterMs }
}

function byName(a: object, b: object): number {
  return nameOf(a) < nameOf(b) ? -1 : 1
}

function nameOf(pod: object): string {
  return (pod as Pod).metadata?.name ?? ''
}

function textOf(event: WatchEvent<object>): string {
  return 'object' in event ? `${event.type} ${JSON.stringify(event.object)}` : event.type
}

async function listVersion(api: RawApi, namespace: string): Promise<{ readonly resourceVersion: string }> {
  const { body } = await api.get<{ metadata: { resourceVersion: string } }>(podsPath(namespace))
  return body.metadata
}
