import { handleDelete, handleDeleteCollection } from './handlers/delete.ts'
import { handlePodLog } from './handlers/pod-log.ts'
import { handleBinding, handleEviction } from './handlers/pod-subresources.ts'
import { handleQuestion } from './handlers/question.ts'
import { handleGet, handleList } from './handlers/read.ts'
import { handleWatch } from './handlers/watch.ts'
import { handleCreate, handlePatch, handleUpdate } from './handlers/write.ts'
import type { Exchange } from './http/exchange.ts'
import { SERVED, SERVED_STREAMS } from './http/negotiation.ts'
import { PATCH_MEDIA_TYPES } from './patch/apply-patch.ts'
import type { ResourceDefinition } from './resources/resource-definition.ts'
import type { ServerContext, Target } from './server-context.ts'

type Handler = (context: ServerContext, exchange: Exchange, target: Target) => Promise<void>

/** One method on one form of path, below that of its group and version. */
export interface Route {
  readonly method: string
  /** `*` stands for any one segment, also for an empty one. */
  readonly segments: readonly string[]
  readonly resource: ResourceDefinition
  /** It is about one object, whose name may not be empty. */
  readonly isNamed: boolean
  /** The media types that a body may have; undefined where its handler decides. */
  readonly consumes?: readonly string[]
  /** The media types that may be asked for. */
  readonly produces: readonly string[]
  readonly handle: Handler
}

const STATUS: readonly (readonly [method: string, handle: Handler])[] = [
  ['GET', handleGet],
  ['PUT', (context, exchange, target) => handleUpdate(context, exchange, target, 'status')],
  ['PATCH', (context, exchange, target) => handlePatch(context, exchange, target, 'status')],
]

const SUBRESOURCES: Readonly<Record<string, typeof STATUS>> = {
  'pods/log': [['GET', handlePodLog]],
  'pods/binding': [['POST', handleBinding]],
  'pods/eviction': [['POST', handleEviction]],
  'namespaces/finalize': [['PUT', (context, exchange, target) => handleUpdate(context, exchange, target, 'finalize')]],
}

const listOrWatch: Handler = (context, exchange, target) =>
  exchange.info.verb === 'watch' ? handleWatch(context, exchange, target) : handleList(context, exchange, target)

function producesOf(handle: Handler): readonly string[] {
  if (handle === handlePodLog) return ['text/plain', ...SERVED]
  return handle === listOrWatch || handle === handleWatch ? [...SERVED, ...SERVED_STREAMS] : SERVED
}

/** Everything that may be asked of a resource. */
export function routesOf(resource: ResourceDefinition): Route[] {
  const { plural, namespaced, verbs, question } = resource
  const collection = namespaced ? ['namespaces', '*', plural] : [plural]
  const object = [...collection, '*']
  const route = (method: string, segments: readonly string[], handle: Handler): Route => ({
    method,
    segments,
    resource,
    isNamed: segments.length >= object.length && segments[0] !== 'watch',
    produces: producesOf(handle),
    handle,
    ...(method === 'PATCH' && { consumes: PATCH_MEDIA_TYPES }),
  })
  if (question) {
    const ask: Handler = (context, exchange, target) => handleQuestion(context, exchange, target, question)
    return [route('POST', collection, ask)]
  }
  return [
    route('GET', collection, listOrWatch),
    ...(namespaced ? [route('GET', [plural], listOrWatch), route('GET', ['watch', plural], handleWatch)] : []),
    route('GET', ['watch', ...collection], handleWatch),
    route('GET', ['watch', ...object], handleWatch),
    route('POST', collection, handleCreate),
    ...(verbs.includes('deletecollection') ? [route('DELETE', collection, handleDeleteCollection)] : []),
    route('GET', object, handleGet),
    route('PUT', object, handleUpdate),
    route('PATCH', object, handlePatch),
    route('DELETE', object, handleDelete),
    ...resource.subresources.flatMap((name) =>
      (name === 'status' ? STATUS : (SUBRESOURCES[`${plural}/${name}`] ?? [])).map(([method, handle]) =>
        route(method, [...object, name], handle),
      ),
    ),
  ]
}
