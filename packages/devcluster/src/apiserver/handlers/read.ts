import type { Exchange } from '../http/exchange.ts'
import { readListOptions } from '../http/list-options.ts'
import { includeObjectValue } from '../http/object-encoder.ts'
import { invalidVersionText, versionValue } from '../http/query-values.ts'
import type { ServerContext, Target } from '../server-context.ts'
import { badRequest, unreasoned } from '../status.ts'
import { untilFresh } from './fresh-enough.ts'
import { listObjects, listVersion } from './list-objects.ts'

/** GET of one object. */
export async function handleGet(context: ServerContext, exchange: Exchange, target: Target): Promise<void> {
  const form = exchange.outputForm()
  const text = exchange.query.get('resourceVersion')
  const version = versionValue(text)
  if (version === 'invalid') {
    const problem = invalidVersionText(text ?? '')
    throw target.resource.isUncached ? badRequest(`invalid resource version: ${problem}`) : unreasoned(problem)
  }
  await untilFresh(context.registry.store, context.clock, version ?? 0, exchange.signal)
  const object = context.registry.get(target.resource, target.namespace, target.name)
  const include = includeObjectValue(exchange.query, form)
  exchange.sendJson(200, context.encoder(target.resource).object(object, form, include), form)
}

/** GET of a collection. */
export async function handleList(context: ServerContext, exchange: Exchange, target: Target): Promise<void> {
  const form = exchange.outputForm()
  const options = readListOptions(exchange.query, target.resource)
  const version = listVersion(options, target.resource)
  const { store } = context.registry
  await untilFresh(store, context.clock, version.atLeast, exchange.signal)
  const { items, metadata } = listObjects(store, target.resource, target.namespace, options, version)
  const include = includeObjectValue(exchange.query, form)
  await exchange.sendParts(200, context.encoder(target.resource).list(items, metadata, form, include), form)
}
