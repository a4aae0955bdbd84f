import type { Timer } from '../../clock.ts'
import type { KubeObject } from '../../storage/kube-object.ts'
import type { Exchange } from '../http/exchange.ts'
import { type ListOptions, readListOptions } from '../http/list-options.ts'
import { includeObjectValue } from '../http/object-encoder.ts'
import { invalidVersionText, versionValue } from '../http/query-values.ts'
import { apiVersionOf } from '../resource-registry.ts'
import { decodeObject } from '../schema/decode-object.ts'
import type { ServerContext, Target } from '../server-context.ts'
import { ApiError, badRequest, expired, unreasoned } from '../status.ts'
import type { OpenWatch } from '../watch/watch-hub.ts'
import { type WatchEvent, WatchStream } from '../watch/watch-stream.ts'
import { untilFresh } from './fresh-enough.ts'

/** Kubernetes ends a watch that says nothing of time after 30 to 60 minutes. */
const MIN_TIMEOUT_MS = 30 * 60_000
const BOOKMARK_EVERY_MS = 60_000
/** The last bookmark comes so long before the end. */
const LAST_BOOKMARK_MS = 2_000

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
  const form = exchange.outputForm(true)
  const include = includeObjectValue(exchange.query.get('includeObject'))
  if (form.as?.kind === 'PartialObjectMetadataList') throw badRequest('a watch has no lists')
  const options = readListOptions(exchange.query, target.resource, true)
  const version = versionValue(options.resourceVersion)
  if (version === 'invalid') throw unreasoned(invalidVersionText(options.resourceVersion))

  const { store } = context.registry
  const { resource, namespace } = target
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
  const isTarget = (object: KubeObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (target.name === '' || object.metadata.name === target.name) &&
    options.matches(object)
  const encoder = context.encoder(resource)
  const formKey = `${apiVersionOf(resource)}/${resource.plural} ${form.as?.kind ?? ''} ${form.as?.version ?? ''}`
  const encode = ({ type, object }: WatchEvent, isFirst: boolean) => {
    // Tables have ages and sometimes columns in them: no two are the same.
    if (form.as?.kind === 'Table') return encoder.watchEvent(type, object, form, include, isFirst)
    return context.frames.frame(type, formKey, object, () => encoder.watchEvent(type, object, form, include, isFirst))
  }
  const log = store.log(resource.collection)
  const initial = start.withInitial ? store.list(resource.collection, namespace).filter(isTarget) : []
  const tellsEnd = options.sendInitialEvents === true && options.allowWatchBookmarks
  const stream = new WatchStream({
    log,
    from: start.withInitial ? log.end : log.indexAfter(start.after),
    after: start.after,
    initial,
    ...(tellsEnd && { initialBookmark: bookmarkObject(context, target, { [INITIAL_EVENTS_END]: 'true' }) }),
    matches: isTarget,
    encode,
    sink: { write: (chunk) => exchange.response.write(chunk), end: () => exchange.response.end() },
  })
  serve(context, exchange, target, options, stream, endsAt)
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

/** Keeps the stream going until the client, the time or the server ends it. */
function serve(
  context: ServerContext,
  exchange: Exchange,
  target: Target,
  options: ListOptions,
  stream: WatchStream,
  endsAt: number,
): void {
  const { clock, watches } = context
  const { response } = exchange
  const watch: OpenWatch = {
    info: exchange.info,
    collection: target.resource.collection,
    stream,
    destroy: () => response.destroy(),
  }
  let timer: Timer | undefined
  const schedule = () => {
    const left = endsAt - clock.now()
    const beforeLast = left - LAST_BOOKMARK_MS
    const wait = !options.allowWatchBookmarks ? left : beforeLast > 0 ? Math.min(BOOKMARK_EVERY_MS, beforeLast) : left
    // A timer may come a moment early by the clock: that it is the last is known beforehand.
    const isLast = wait === left
    timer = clock.setTimeout(
      () => {
        if (isLast) {
          stream.end()
          return
        }
        if (!watches.isStalled(exchange.info)) stream.bookmark(bookmarkObject(context, target))
        schedule()
      },
      Math.max(wait, 0),
    )
  }
  response.once('close', () => {
    timer?.cancel()
    watches.remove(watch)
  })
  response.on('drain', () => {
    if (!watches.isStalled(exchange.info)) stream.drained()
    else stream.unblock()
  })
  schedule()
  watches.add(watch)
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
