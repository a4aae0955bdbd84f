import { inNamespace, withQuery } from '../support/api-paths.ts'
import { eventually } from '../support/eventually.ts'
import type { RawAnswer, RawApi } from '../support/raw-api.ts'
import type { RawWatch, RawWatchEvent } from '../support/raw-watch.ts'
import { createNamespace } from '../support/test-namespace.ts'
import { Memory, type Namespaces } from './memory.ts'
import { type Operation, type Resource, resources, type Sequence, type Watch } from './operation.ts'
import { requestOf } from './request-of.ts'
import { smallestObject } from './smallest-object.ts'

/** An answer, as far as it is compared. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly warnings: readonly string[]
  readonly body: unknown
}

/** All that one server said to a sequence. */
export interface Transcript {
  /** One for each operation; null where it could not be run. */
  readonly answers: readonly (Answer | null)[]
  /** What was there at the end. */
  readonly finally: Readonly<Record<string, Answer>>
  /** One for each watch. */
  readonly watched: readonly (readonly RawWatchEvent[])[]
  /** What went wrong, where the server did not do in time what had to come by itself. */
  readonly failure?: string
}

interface NamespaceBody {
  readonly metadata: { readonly deletionTimestamp?: string }
  readonly spec: { readonly finalizers?: readonly string[] }
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

const MARKER = 'zz-the-end'

/** Runs a sequence on one server: the operations one after the other, in namespaces that are there for it alone. */
export async function runSequence(api: RawApi, sequence: Sequence, namespaces: Namespaces): Promise<Transcript> {
  const memory = new Memory(namespaces)
  await createNamespace(api, namespaces.own)
  await untilFurnished(api, namespaces.own)
  const watches: RawWatch[] = []
  const answers: (Answer | null)[] = []
  try {
    for (const watch of sequence.watches) watches.push(await openWatch(api, watch, namespaces))
    const other = { isEnding: false }
    for (const operation of sequence.operations) {
      answers.push(await perform(api, operation, memory, other))
    }
    const final = await whatIsThere(api, namespaces)
    const watched: RawWatchEvent[][] = []
    for (const [index, watch] of sequence.watches.entries()) {
      await mark(api, watch, namespaces.own)
      const events = (await watches[index]?.until(isMarked)) ?? []
      watched.push(events.slice(0, -1))
    }
    return { answers, finally: final, watched }
  } catch (error) {
    return { answers, finally: {}, watched: [], failure: error instanceof Error ? error.message : String(error) }
  } finally {
    for (const watch of watches) watch[Symbol.dispose]()
  }
}

async function perform(
  api: RawApi,
  operation: Operation,
  memory: Memory,
  other: { isEnding: boolean },
): Promise<Answer | null> {
  // What is left in a namespace that ends goes when the namespace's controller looks again, which may be soon or late.
  if (other.isEnding && operation.namespace === 'other' && changesContent(operation)) return null
  if (mayBeAnsweredStale(operation)) await untilCacheIsFresh(api, operation.resource, memory.namespaces.own)
  const { method, path, contentType, body } = requestOf(operation, memory)
  // Kubernetes tries an eviction again and again whose preconditions do not hold, for ten seconds.
  const answer = await api.request(method, path, { body, ...(contentType && { contentType }), withinMs: 30_000 })
  if (answer.status < 300) memory.learn(operation, answer.body)
  if (operation.resource === 'namespaces' && operation.name === 'other') {
    other.isEnding = (await settled(api, memory.namespaces.other)) === 'ending'
  }
  return answerOf(answer)
}

/** A read that names a version may be answered as of that version or any later one. */
function mayBeAnsweredStale({ verb, query }: Operation): boolean {
  return (verb === 'get' || verb === 'list') && query?.resourceVersion !== undefined
}

/** Waits until the server's cache of a resource has seen all that was written. */
async function untilCacheIsFresh(api: RawApi, resource: Resource, own: string): Promise<void> {
  const path = collection(resource, own)
  const { body } = await api.get<{ metadata: { resourceVersion: string } }>(withQuery(path, { limit: 1 }))
  const { resourceVersion } = body.metadata
  await api.get(withQuery(path, { resourceVersion, fieldSelector: 'metadata.name=nothing' }))
}

function changesContent({ verb, resource }: Operation): boolean {
  return resource !== 'namespaces' && (verb === 'update' || verb === 'patch' || verb.startsWith('delete'))
}

/** Waits until no controller has anything to do with a namespace. */
async function settled(api: RawApi, name: string): Promise<'absent' | 'active' | 'ending'> {
  return await eventually(
    async () => {
      const { status, body } = await api.get<NamespaceBody>(`/api/v1/namespaces/${name}`)
      if (status === 404) return 'absent'
      if (body.metadata.deletionTimestamp === undefined) {
        await untilFurnished(api, name)
        return 'active'
      }
      return (await isLookedAt(api, name, body)) ? 'ending' : null
    },
    { withinMs: 20_000 },
  )
}

/** The types of condition that the controller of namespaces writes, all at once. */
const CONDITIONS = [
  'NamespaceDeletionDiscoveryFailure',
  'NamespaceDeletionGroupVersionParsingFailure',
  'NamespaceDeletionContentFailure',
  'NamespaceContentRemaining',
  'NamespaceFinalizersRemaining',
]

/** Whether the controller has said what it finds in a namespace that ends, and taken its finalizer off where that is nothing. */
async function isLookedAt(api: RawApi, name: string, { spec, status }: NamespaceBody): Promise<boolean> {
  const { finalizers = [] } = spec
  if (finalizers.length === 0) return true
  const { conditions = [] } = status
  if (!CONDITIONS.every((type) => conditions.some((condition) => condition.type === type))) return false
  if (!finalizers.includes('kubernetes')) return true
  if (conditions.some((condition) => condition.type === 'NamespaceContentRemaining' && condition.status === 'True')) {
    return true
  }
  // While there are pods, the conditions do not speak of what is left.
  const { body } = await api.get<{ items: readonly unknown[] }>(inNamespace(name, 'pods'))
  return body.items.length > 0
}

async function untilFurnished(api: RawApi, namespace: string): Promise<void> {
  for (const [plural, name] of [
    ['serviceaccounts', 'default'],
    ['configmaps', 'kube-root-ca.crt'],
  ] as const) {
    await eventually(async () => (await api.get(inNamespace(namespace, plural, name))).status === 200)
  }
}

async function whatIsThere(api: RawApi, { own, other }: Namespaces): Promise<Record<string, Answer>> {
  const paths = [
    ...resources.filter((resource) => resource !== 'namespaces').map((resource) => inNamespace(own, resource)),
    `/api/v1/namespaces/${own}`,
    `/api/v1/namespaces/${other}`,
  ]
  const answers = await Promise.all(paths.map(async (path) => [path, answerOf(await api.get(path))] as const))
  return Object.fromEntries(answers)
}

function answerOf({ status, headers, warnings, body }: RawAnswer): Answer {
  return { status, contentType: headers['content-type'] ?? '', warnings, body }
}

function collection(resource: Resource, namespace: string): string {
  return resource === 'namespaces' ? '/api/v1/namespaces' : inNamespace(namespace, resource)
}

/** Opened from a version, so that it misses nothing of what comes after, whenever the server begins with it. */
async function openWatch(api: RawApi, { resource, query }: Watch, { own, other }: Namespaces): Promise<RawWatch> {
  const path = collection(resource, own)
  const { body } = await api.get<{ metadata: { resourceVersion: string } }>(withQuery(path, { limit: 1 }))
  const { resourceVersion } = body.metadata
  const ours = resource === 'namespaces' ? { labelSelector: `kubernetes.io/metadata.name in (${own},${other})` } : {}
  return api.watch(withQuery(path, { ...query, ...ours, watch: true, resourceVersion }))
}

/** Makes the change behind which nothing comes that a watch has to show. */
async function mark(api: RawApi, { resource, labels }: Watch, own: string): Promise<void> {
  const answer =
    resource === 'namespaces'
      ? await api.patch(`/api/v1/namespaces/${own}`, 'merge', { metadata: { annotations: { [MARKER]: '' } } })
      : await api.post(collection(resource, own), {
          ...(smallestObject({ verb: 'create', resource, namespace: 'own' }, MARKER, own) as object),
          metadata: { name: MARKER, labels },
        })
  if (answer.status >= 300) throw new Error(`the mark was refused: ${answer.text}`)
}

function isMarked({ object: { metadata } }: RawWatchEvent): boolean {
  return metadata.name === MARKER || metadata.annotations?.[MARKER] !== undefined
}
