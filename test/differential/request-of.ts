import { inNamespace } from '../support/api-paths.ts'
import { edited } from './edited.ts'
import type { Memory } from './memory.ts'
import type { Json, Operation } from './operation.ts'
import { smallestObject } from './smallest-object.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly contentType?: string
  readonly body?: Json
}

const METHODS = {
  create: 'POST',
  get: 'GET',
  list: 'GET',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
} as const

const CONTENT_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

/** What an operation asks of the server that said what `memory` has. */
export function requestOf(operation: Operation, memory: Memory): HttpRequest {
  const body = bodyOf(operation, memory)
  const { patchType } = operation
  return {
    method: METHODS[operation.verb],
    path: pathOf(operation, memory),
    ...(patchType && { contentType: CONTENT_TYPES[patchType] }),
    ...(body !== undefined && { body }),
  }
}

function pathOf(operation: Operation, memory: Memory): string {
  const { resource, subresource, verb, query = {} } = operation
  const name = memory.nameIn(operation)
  const isOnCollection = name === '' || (verb === 'create' && subresource === undefined)
  const rest = [...(isOnCollection ? [] : [encodeURIComponent(name)]), ...(subresource ? [subresource] : [])]
  const path =
    resource === 'namespaces'
      ? ['/api/v1/namespaces', ...rest].join('/')
      : inNamespace(memory.namespaces[operation.namespace], resource, ...rest)
  const search = new URLSearchParams()
  for (const [parameter, value] of Object.entries(query)) {
    const known = memory.resolve(value, operation)
    if (known !== undefined) search.set(parameter, String(known))
  }
  return search.size === 0 ? path : `${path}?${search}`
}

function bodyOf(operation: Operation, memory: Memory): Json | undefined {
  const { object, json } = operation
  if (json !== undefined) return memory.resolve(json, operation)
  if (object === undefined) return undefined
  const known = object.base === 'smallest' ? undefined : memory[object.base](operation)
  const base = known ?? smallestObject(operation, memory.nameIn(operation), memory.namespaces[operation.namespace])
  return memory.resolve(edited(base, object.edits), operation)
}
