import { handleDelete, handleDeleteCollection } from './handlers/delete.ts'
import { discoveryDocument, discoveryMediaType } from './handlers/discovery.ts'
import { handleFinalize } from './handlers/namespace-finalize.ts'
import { openApiDocument, openApiIndex, openApiV2 } from './handlers/openapi.ts'
import { acceptsOpenApiV2Protobuf, OPENAPI_V2_PROTOBUF, openApiV2Protobuf } from './handlers/openapi-v2-protobuf.ts'
import { handlePodLog } from './handlers/pod-log.ts'
import { handleBinding, handleEviction } from './handlers/pod-subresources.ts'
import { handleGet, handleList } from './handlers/read.ts'
import { handleWatch } from './handlers/watch.ts'
import { handleCreate, handlePatch, handleUpdate } from './handlers/write.ts'
import type { Exchange } from './http/exchange.ts'
import { findResource, RESOURCES } from './resource-registry.ts'
import type { ResourceDefinition, Verb } from './resources/resource-definition.ts'
import type { ServerContext, Target } from './server-context.ts'
import { methodNotAllowed, notAcceptable, unknownResource } from './status.ts'

type Handler = (context: ServerContext, exchange: Exchange, target: Target) => Promise<void>

const VERBS: Readonly<Record<Verb, Handler>> = {
  create: handleCreate,
  get: handleGet,
  list: handleList,
  watch: handleWatch,
  update: handleUpdate,
  patch: handlePatch,
  delete: handleDelete,
  deletecollection: handleDeleteCollection,
}

const STATUS: Readonly<Record<string, Handler>> = {
  get: handleGet,
  update: (context, exchange, target) => handleUpdate(context, exchange, target, 'status'),
  patch: (context, exchange, target) => handlePatch(context, exchange, target, 'status'),
}

const SUBRESOURCES: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  'pods/log': { get: handlePodLog },
  'pods/binding': { create: handleBinding },
  'pods/eviction': { create: handleEviction },
  'namespaces/finalize': { update: handleFinalize },
}

/**
 * Sends a request to what answers it.
 *
 * @throws {ApiError} 404, 405 and what the handlers throw
 */
export async function route(context: ServerContext, exchange: Exchange, address: string): Promise<void> {
  const path = exchange.info.path.length > 1 ? exchange.info.path.replace(/\/$/, '') : exchange.info.path
  if (path.includes('//')) {
    exchange.sendText(404, '404 page not found\n')
    return
  }
  if (exchange.info.resource === '') {
    answerPlainPath(context, exchange, path, address)
    return
  }
  const { group, version, resource: plural, subresource, name, namespace, verb } = exchange.info
  const resource = findResource(group, version, plural)
  if (!resource) {
    if (group === '' || isServedVersion(group, version)) throw unknownResource()
    exchange.sendText(404, '404 page not found\n')
    return
  }
  const handler =
    subresource === '' ? handlerOf(resource, verb, exchange) : subresourceHandler(resource, subresource, verb)
  await handler(context, exchange, {
    resource,
    namespace: resource.namespaced && namespace !== '' ? namespace : undefined,
    name,
  })
}

function handlerOf(resource: ResourceDefinition, verb: string, { info, request }: Exchange): Handler {
  const isKnown = resource.verbs.includes(verb as Verb)
  const isCollection = info.name === ''
  // One object is read, changed or deleted; a collection is listed, deleted, or gets a new member.
  const fits =
    verb === 'create' || verb === 'list' || verb === 'deletecollection'
      ? isCollection
      : verb === 'watch' || !isCollection
  const needsNamespace = resource.namespaced && info.namespace === '' && verb !== 'list' && verb !== 'watch'
  if (!isKnown || !fits || needsNamespace || request.method === 'HEAD') throw methodNotAllowed()
  return VERBS[verb as Verb]
}

function subresourceHandler(resource: ResourceDefinition, subresource: string, verb: string): Handler {
  if (!resource.subresources.includes(subresource)) throw unknownResource()
  const handlers = subresource === 'status' ? STATUS : SUBRESOURCES[`${resource.plural}/${subresource}`]
  const handler = handlers?.[verb]
  if (!handler) throw methodNotAllowed()
  return handler
}

function isServedVersion(group: string, version: string): boolean {
  return RESOURCES.some((resource) => resource.group === group && resource.version === version)
}

function answerPlainPath(context: ServerContext, exchange: Exchange, path: string, address: string): void {
  // These two answer whatever the method.
  const takesAll = path === '/' || path === '/apis'
  if (exchange.info.method !== 'GET' && exchange.info.method !== 'HEAD' && !takesAll) {
    if (discoveryDocument(exchange, path, address)) throw methodNotAllowed()
    if (path.startsWith('/api/')) throw unknownResource()
    exchange.sendText(404, '404 page not found\n')
    return
  }
  if (/^\/(healthz|readyz|livez)(\/.*)?$/.test(path)) {
    exchange.sendText(200, 'ok')
    return
  }
  if (path === '/apis' && discoveryMediaType(exchange, path) === 'application/json' && exchange.outputForm().as) {
    throw notAcceptable('only the following media types are accepted: application/json, application/yaml')
  }
  if (path === '/openapi/v2' && acceptsOpenApiV2Protobuf(exchange.header('accept') ?? '')) {
    exchange.sendBytes(openApiV2Protobuf(openApiV2(context.types)), OPENAPI_V2_PROTOBUF)
    return
  }
  const document = discoveryDocument(exchange, path, address) ?? openApi(context, exchange, path)
  if (!document) {
    if (path.startsWith('/api/')) throw unknownResource()
    exchange.sendText(404, '404 page not found\n')
    return
  }
  exchange.sendDocument(document, discoveryMediaType(exchange, path), path === '/version')
}

function openApi(context: ServerContext, exchange: Exchange, path: string): object | undefined {
  if (path === '/openapi/v3') return openApiIndex()
  const version = /^\/openapi\/v3\/(?:api|apis)\/(.+)$/.exec(path)?.[1]
  if (version !== undefined) return openApiDocument(context.types, version)
  if (path !== '/openapi/v2') return undefined
  const accept = exchange.header('accept') ?? ''
  if (accept !== '' && !/json|\*\/\*/.test(accept)) {
    throw notAcceptable(`only the following media types are accepted: application/json, ${OPENAPI_V2_PROTOBUF}`)
  }
  return openApiV2(context.types)
}
