import type { KubeObject } from '../../storage/kube-object.ts'
import type { Exchange } from '../http/exchange.ts'
import { type ListOptions, readListOptions } from '../http/list-options.ts'
import type { OutputForm } from '../http/negotiation.ts'
import { type IncludeObject, includeObjectValue, type ObjectEncoder } from '../http/object-encoder.ts'
import { pieces } from '../http/pieces.ts'
import { invalidVersionText, versionValue } from '../http/query-values.ts'
import { apiVersionOf } from '../resource-registry.ts'
import { decodeObject } from '../schema/decode-object.ts'
import type { ServerContext, Target } from '../server-context.ts'
import { ApiError, badRequest, expired, unreasoned } from '../status.ts'
import { ChangeFeed, type ChangeFeedParts } from '../watch/change-feed.ts'
import type { WatchEvent } from '../watch/watch-event.ts'
import { WatchStream } from '../watch/watch-stream.ts'
import { untilFresh } from './fresh-enough.ts'
import { keepWatching } from './keep-watching.ts'

/** Kubernetes ends a watch that says nothing of time after 30 to 60 minutes. */
const MIN_TIMEOUT_MS = 30 * 60_000

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end'

/** Where a watch begins. */
interface Start {
  readonly withInitial: boolean
  /** The first change is the one after this version. */
  readonly after: number
}

/**
 * GET of a collection with `watch`: changes as lines of JSON, until the client leaves or the time is over. What is
 * wrong with the version is told inside the stream, as Kubernetes does.
 */
export async function handleWatch(context: ServerContext, exchange: Exchange, target: Target): Promise<void> {
  exchange.outputForm()
  const options = readListOptions(exchange.query, target.resource)
  const version = versionValue(options.resourceVersion)
  if (version === 'invalid') throw unreasoned(invalidVersionText(options.resourceVersion))
  const form = exchange.outputForm({ isWatch: true })
  if (form.as?.kind === 'PartialObjectMetadataList') throw badRequest('a watch has no lists')
  const include = includeObjectValue(exchange.query, form)

  if (!exchange.beginStream(200, 'application/json')) return
  const timeoutMs = options.timeoutSeconds ? options.timeoutSeconds * 1000 : MIN_TIMEOUT_MS * (1 + context.random())
  const endsAt = context.clock.now() + timeoutMs
  let start: Start
  try {
    start = await begin(context, exchange, target, options, version ?? 0)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    exchange.response.end(`${JSON.stringify({ type: 'ERROR', object: error.status })}\n`)
    return
  }
  // Nobody is left to tell, and nobody will say so again.
  if (exchange.signal.aborted) return

  const collection = target.resource.collection
  const log = context.registry.store.log(collection)
  const encode = eventWriter(context.encoder(target.resource), form, include)
  const feedParts = { log, matches: targetFilter(target, options), encode }
  const stream = new WatchStream({
    feed: openFeed(context, exchange, target, form, options, feedParts),
    from: start.withInitial ? log.end : log.indexAfter(start.after),
    after: start.after,
    initial: pieces(initialEvents(context, target, options, start).values().flatMap(encode)),
    sink: { write: (bytes) => exchange.response.write(bytes), end: () => exchange.response.end() },
  })
  const bookmark = () => Buffer.concat(encode({ type: 'BOOKMARK', object: bookmarkObject(context, target) }))
  keepWatching(context, exchange, {
    stream,
    collection,
    endsAt,
    bookmark: options.allowWatchBookmarks ? bookmark : undefined,
  })
}

/** @throws {ApiError} 410, 504: to be told inside the stream */
async function begin(
  context: ServerContext,
  exchange: Exchange,
  { resource }: Target,
  options: ListOptions,
  version: number,
): Promise<Start> {
  const { store } = context.registry
  if (options.sendInitialEvents === true) {
    await untilFresh(store, context.clock, version, exchange.signal)
    return { withInitial: true, after: 0 }
  }
  if (version === 0) return { withInitial: options.sendInitialEvents === undefined, after: store.revision }
  const oldest = store.log(resource.collection).forgottenRevision
  if (version < oldest) throw expired(resource.tooOldMessage(version, oldest))
  return { withInitial: false, after: version }
}

/** What is there already, and the end of it for those who asked. */
function initialEvents(context: ServerContext, target: Target, options: ListOptions, start: Start): WatchEvent[] {
  if (!start.withInitial) return []
  const { resource, namespace } = target
  const existing = context.registry.store.list(resource.collection, namespace).filter(targetFilter(target, options))
  const events = existing.map((object): WatchEvent => ({ type: 'ADDED', object }))
  if (options.sendInitialEvents !== true || !options.allowWatchBookmarks) return events
  return [...events, { type: 'BOOKMARK', object: bookmarkObject(context, target, { [INITIAL_EVENTS_END]: 'true' }) }]
}

function targetFilter({ namespace, name }: Target, { matches }: ListOptions): (object: KubeObject) => boolean {
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === '' || object.metadata.name === name) &&
    matches(object)
}

function eventWriter(encoder: ObjectEncoder, form: OutputForm, include: IncludeObject) {
  let isFirst = true
  return ({ type, object }: WatchEvent): readonly Buffer[] => {
    const parts = encoder.watchEvent(type, object, form, include, isFirst)
    isFirst = false
    return parts
  }
}

/** Watches share a feed, but for Tables: these have ages in them, and columns in the first one. */
function openFeed(
  { feeds }: ServerContext,
  { response }: Exchange,
  { resource, namespace, name }: Target,
  { as }: OutputForm,
  { selector }: ListOptions,
  parts: ChangeFeedParts,
): ChangeFeed {
  if (as?.kind === 'Table') return new ChangeFeed(parts)
  const key = JSON.stringify([apiVersionOf(resource), resource.plural, namespace, name, selector, as])
  response.once('close', () => feeds.release(key))
  return feeds.use(key, parts)
}

/** An object with nothing in it but the version that the watch has reached. */
function bookmarkObject(
  context: ServerContext,
  { resource }: Target,
  annotations?: Readonly<Record<string, string>>,
): KubeObject {
  const metadata = { resourceVersion: String(context.registry.store.revision), ...(annotations && { annotations }) }
  return decodeObject(context.types, resource.kind, { metadata }).value as unknown as KubeObject
}
