import { discoveryAnswer, isDiscoveryPath } from './handlers/discovery.ts'
import { openApiDocument, openApiIndex, openApiV2 } from './handlers/openapi.ts'
import { acceptsOpenApiV2Protobuf, OPENAPI_V2_PROTOBUF, openApiV2Protobuf } from './handlers/openapi-v2-protobuf.ts'
import type { Exchange } from './http/exchange.ts'
import { includesMediaType } from './http/media-type.ts'
import { requireProduced, SERVED } from './http/negotiation.ts'
import { BODY_MEDIA_TYPES } from './http/request-body.ts'
import { apiVersionOf, RESOURCES } from './resource-registry.ts'
import { type Route, routesOf } from './routes.ts'
import type { ServerContext } from './server-context.ts'
import { badRequest, methodNotAllowed, notAcceptable, unknownResource, unsupportedMediaType } from './status.ts'
import { unservedResource } from './unserved-resources.ts'

/** The routes of each group and version, by its path. */
const SERVICES: ReadonlyMap<string, readonly Route[]> = new Map(
  [...Map.groupBy(RESOURCES, apiVersionOf)].map(([apiVersion, resources]) => [
    `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}`,
    resources.flatMap(routesOf),
  ]),
)
/** What lies at or below these is a resource's, or nobody's; everything else is a path that stands for itself. */
const ROOTS: readonly string[] = [
  '/version',
  '/api',
  ...[...SERVICES.keys()].map((path) => path.replace(/\/[^/]+$/, '')),
]

/**
 * Sends a request to what answers it, as Kubernetes does: what the groups' own paths claim is looked up by its segments,
 * by its method and by the media type of its body, in that order; the rest are plain paths, which take any method.
 *
 * @throws {ApiError} 404, 405, 415 and what the handlers throw
 */
export async function route(context: ServerContext, exchange: Exchange, address: string): Promise<void> {
  const { path } = exchange.info
  const isPlain = !ROOTS.some((root) => path === root || path.startsWith(`${root}/`))
  if (isPlain || isGroup(path)) answerPlainPath(context, exchange, address)
  else await answerResource(context, exchange, address)
}

async function answerResource(context: ServerContext, exchange: Exchange, address: string): Promise<void> {
  const { info, request } = exchange
  const path = `/${info.path.replace(/^\/+|\/+$/g, '')}`
  if (isDiscoveryPath(path)) {
    answerDiscovery(exchange, path, address)
    return
  }
  const [root, routes] = [...SERVICES].find(([service]) => path.startsWith(`${service}/`)) ?? ['', []]
  const segments = path.slice(root.length + 1).split('/')
  const atPath = routes.filter((candidate) => fits(candidate.segments, segments))
  if (atPath.length === 0) throw unservedResource(info) ?? unknownResource()
  const chosen = atPath.find(({ method }) => method === info.method)
  if (!chosen) throw methodNotAllowed()
  if (chosen.consumes && !includesMediaType(request.headers['content-type'], chosen.consumes)) {
    throw unsupportedMediaType('415: Unsupported Media Type', {})
  }
  requireProduced(exchange.header('accept'), chosen.produces)
  exchange.produced = chosen.produces
  if (chosen.isNamed && info.name === '') throw badRequest('name must be provided')
  const { resource } = chosen
  const namespace = resource.namespaced && info.namespace !== '' ? info.namespace : undefined
  await chosen.handle(context, exchange, { resource, namespace, name: info.name })
}

function answerDiscovery(exchange: Exchange, path: string, address: string): void {
  if (exchange.info.method !== 'GET') throw methodNotAllowed()
  const contentType = exchange.header('content-type')
  const isVersion = path === '/version'
  // Nobody looks at the body, but it must be of a type.
  if (contentType && !includesMediaType(contentType, isVersion ? ['application/json'] : BODY_MEDIA_TYPES)) {
    throw unsupportedMediaType('415: Unsupported Media Type', {})
  }
  requireProduced(exchange.header('accept'), isVersion ? ['application/json'] : SERVED)
  const discovery = discoveryAnswer(exchange, path, address)
  if (discovery) exchange.sendDocument(discovery.document, discovery.mediaType, discovery.form)
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length && pattern.every((segment, at) => segment === '*' || segment === segments[at])
  )
}

/** `/apis/GROUP`, which is answered like a plain path. */
function isGroup(path: string): boolean {
  return /^\/apis\/[^/]+\/?$/.test(path)
}

function answerPlainPath(context: ServerContext, exchange: Exchange, address: string): void {
  const { path, method } = exchange.info
  // What a server can do as such: Go's answers that itself.
  if (path === '*' && method === 'OPTIONS') {
    exchange.sendNothing(200)
    return
  }
  if (HEALTH.test(path)) {
    exchange.sendText(200, 'ok')
    return
  }
  if (path === '/openapi/v2' && acceptsOpenApiV2Protobuf(exchange.header('accept') ?? '')) {
    exchange.sendBytes(openApiV2Protobuf(openApiV2(context.types)), OPENAPI_V2_PROTOBUF)
    return
  }
  const name = path === '/index.html' ? '/' : path === '/apis/' || isGroup(path) ? path.replace(/\/$/, '') : path
  const discovery = discoveryAnswer(exchange, name, address)
  if (discovery) {
    exchange.sendDocument(discovery.document, discovery.mediaType, discovery.form)
    return
  }
  const document = openApi(context, exchange, path)
  if (document) exchange.sendDocument(document, 'application/json', { format: 'json', pretty: false })
  else if (path.startsWith('/openapi/v3/')) exchange.sendNothing(404)
  else {
    const unserved = unservedResource(exchange.info)
    if (unserved) throw unserved
    exchange.sendText(404, '404 page not found\n')
  }
}

/** The server itself, and the checks of it that clients may name. */
const HEALTH = /^\/(healthz|readyz|livez)(\/(ping|log|etcd))?$/

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
