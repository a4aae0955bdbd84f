import { apiVersionOf, RESOURCES } from '../resource-registry.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import type { ApiField, ApiType, ApiTypes } from '../schema/api-type.ts'

type Schema = Record<string, unknown>

/** What kubectl wants to see on a PATCH before it leaves the checking of fields to the server. */
const FIELD_VALIDATION = {
  name: 'fieldValidation',
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
}

/** The index of `/openapi/v3`. */
export function openApiIndex(): object {
  const paths: Record<string, object> = {}
  for (const groupVersion of new Set(RESOURCES.map(apiVersionOf))) {
    const path = `${groupVersion.includes('/') ? 'apis' : 'api'}/${groupVersion}`
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=davit` }
  }
  return { paths }
}

/** The OpenAPI document of one group and version (`v1`): types and paths, without descriptions. */
export function openApiDocument(types: ApiTypes, groupVersion: string): object | undefined {
  const resources = RESOURCES.filter((resource) => apiVersionOf(resource) === groupVersion)
  if (resources.length === 0) return undefined
  const schemas = new Schemas(types, '#/components/schemas/', NAMED_LEAVES)
  const paths: Record<string, object> = {}
  const root = `/${groupVersion.includes('/') ? 'apis' : 'api'}/${groupVersion}`
  for (const resource of resources) {
    const name = schemas.addKind(resource)
    const collection = resource.namespaced
      ? `${root}/namespaces/{namespace}/${resource.plural}`
      : `${root}/${resource.plural}`
    paths[collection] = { post: operation('post', resource, name) }
    if (resource.question) continue
    paths[collection] = { ...paths[collection], get: operation('list', resource, name) }
    paths[`${collection}/{name}`] = {
      get: operation('get', resource, name),
      put: operation('put', resource, name),
      patch: operation('patch', resource, name),
      delete: operation('delete', resource, name),
    }
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Davit dev cluster', version: 'v1.36.3' },
    paths,
    components: { schemas: schemas.all },
  }
}

/** `/openapi/v2`: kubectl checks a `kind: List` by it. */
export function openApiV2(types: ApiTypes) {
  const schemas = new Schemas(types, '#/definitions/')
  for (const resource of RESOURCES) schemas.addKind(resource)
  return {
    swagger: '2.0',
    info: { title: 'Davit dev cluster', version: 'v1.36.3' },
    paths: {},
    definitions: schemas.all,
  }
}

function operation(action: string, resource: ResourceDefinition, schema: string): object {
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } }
  return {
    operationId: `${action}${groupTitle(resource)}V1${resource.kind}`,
    responses: { 200: { description: 'OK', content } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kindOf(resource),
    ...(['post', 'put', 'patch'].includes(action) && { parameters: [FIELD_VALIDATION] }),
  }
}

/** `Core`, `Events`, `Authorization`. */
function groupTitle({ group }: ResourceDefinition): string {
  const [name = ''] = (group === '' ? 'core' : group).split('.')
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function kindOf({ group, version, kind }: ResourceDefinition): object {
  return { group, kind, version }
}

class Schemas {
  readonly all: Record<string, Schema> = {}
  readonly #types: ApiTypes
  readonly #prefix: string
  readonly #namedLeaves: Readonly<Record<string, NamedLeaf>>

  constructor(types: ApiTypes, prefix: string, namedLeaves: Readonly<Record<string, NamedLeaf>> = {}) {
    this.#types = types
    this.#prefix = prefix
    this.#namedLeaves = namedLeaves
  }

  addKind(resource: ResourceDefinition): string {
    const name = this.#add(resource.typeName)
    const schema = this.all[name]
    if (schema) {
      schema.properties = {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        ...(schema.properties as object),
      }
      schema['x-kubernetes-group-version-kind'] = [kindOf(resource)]
    }
    return name
  }

  #add(typeName: string): string {
    const name = schemaName(typeName)
    if (this.all[name]) return name
    const schema: Schema = { type: 'object' }
    this.all[name] = schema
    schema.properties = Object.fromEntries(
      this.#types.struct(typeName).fields.map((field) => [field.name, this.#field(field)]),
    )
    return name
  }

  #field(field: ApiField): Schema {
    const schema = this.#schema(field.type)
    if (field.patchStrategies.length === 0) return schema
    return {
      ...schema,
      'x-kubernetes-patch-strategy': field.patchStrategies.join(','),
      ...(field.mergeKey !== undefined && { 'x-kubernetes-patch-merge-key': field.mergeKey }),
    }
  }

  #schema(type: ApiType): Schema {
    switch (type.kind) {
      case 'pointer':
        return this.#schema(type.to)
      case 'list':
        return { type: 'array', items: this.#schema(type.of) }
      case 'map':
        return { type: 'object', additionalProperties: this.#schema(type.of) }
      case 'struct':
        return { $ref: this.#prefix + this.#add(type.name) }
      case 'leaf': {
        const named = this.#namedLeaves[type.goName]
        if (!named) return LEAVES[type.leaf] ?? {}
        this.all[named.name] = named.schema
        return { $ref: this.#prefix + named.name }
      }
    }
  }
}

interface NamedLeaf {
  readonly name: string
  readonly schema: Schema
}

const LEAVES: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  float64: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  Time: { type: 'string', format: 'date-time' },
  MicroTime: { type: 'string', format: 'date-time' },
  Quantity: { type: 'string' },
  IntOrString: { type: 'string', format: 'int-or-string' },
  any: { type: 'object' },
}

/** Leaves that OpenAPI 3 has as types with a name, which `kubectl explain` shows, by the names of their Go types. */
const NAMED_LEAVES: Readonly<Record<string, NamedLeaf>> = {
  Quantity: {
    name: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
    schema: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  },
  IntOrString: {
    name: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    schema: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  },
  FieldsV1: { name: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1', schema: { type: 'object' } },
}

const META_TYPES = ['ObjectMeta', 'OwnerReference', 'ManagedFieldsEntry', 'LabelSelector', 'LabelSelectorRequirement']

function schemaName(typeName: string): string {
  if (META_TYPES.includes(typeName)) return `io.k8s.apimachinery.pkg.apis.meta.v1.${typeName}`
  const [prefix, name] = typeName.includes('.') ? typeName.split('.') : ['core', typeName]
  return `io.k8s.api.${prefix}.v1.${name}`
}
