import { readDeleteOptions } from '../http/delete-options.ts'
import type { Exchange } from '../http/exchange.ts'
import { readListOptions } from '../http/list-options.ts'
import { includeObjectValue } from '../http/object-encoder.ts'
import { readBody } from '../http/request-body.ts'
import type { ServerContext, Target } from '../server-context.ts'
import { ApiError, success } from '../status.ts'
import { deletionWithoutEffect } from '../without-effect.ts'
import { listObjects, listVersion } from './list-objects.ts'

/** DELETE of one object. */
export async function handleDelete(context: ServerContext, exchange: Exchange, target: Target): Promise<void> {
  const form = exchange.outputForm()
  const body = await readBody(exchange.request)
  const options = readDeleteOptions(context.types, body, exchange.header('content-type'), exchange.query)
  exchange.warn(deletionWithoutEffect(options.propagationPolicy))
  const { resource, namespace, name } = target
  exchange.subject = { uid: options.preconditions?.uid ?? '' }
  const { object, isGone } = context.registry.delete(resource, namespace, name, options)
  if (isGone && !resource.answersDeletedObject) {
    const { uid } = object.metadata
    exchange.sendJson(
      200,
      JSON.stringify(
        success({
          name,
          ...(resource.group !== '' && { group: resource.group }),
          kind: resource.plural,
          ...(uid !== undefined && { uid }),
        }),
      ),
      { format: form.format, pretty: form.pretty },
    )
    return
  }
  const include = includeObjectValue(exchange.query, form)
  const code = !isGone && options.keepsNoDependents ? 202 : 200
  exchange.sendJson(code, context.encoder(resource).object(object, form, include), form)
}

/** DELETE of a collection: answers with what was there before. */
export async function handleDeleteCollection(
  context: ServerContext,
  exchange: Exchange,
  target: Target,
): Promise<void> {
  const form = exchange.outputForm()
  const listOptions = readListOptions(exchange.query, target.resource)
  const body = await readBody(exchange.request)
  const options = readDeleteOptions(context.types, body, exchange.header('content-type'), exchange.query)
  exchange.warn(deletionWithoutEffect(options.propagationPolicy))
  const { resource, namespace } = target
  const { registry } = context
  const list = listObjects(registry.store, resource, namespace, listOptions, listVersion(listOptions, resource))
  for (const { metadata } of list.items) {
    try {
      registry.delete(resource, metadata.namespace, metadata.name, options)
    } catch (error) {
      // It went together with another one of the collection.
      if (!(error instanceof ApiError) || error.code !== 404) throw error
    }
  }
  const include = includeObjectValue(exchange.query, form)
  await exchange.sendParts(200, context.encoder(resource).list(list.items, list.metadata, form, include), form)
}
