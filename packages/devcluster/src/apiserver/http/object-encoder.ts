import { stringify } from 'yaml'
import type { KubeObject } from '../../storage/kube-object.ts'
import { apiVersionOf } from '../resource-registry.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import type { ApiTypes } from '../schema/api-type.ts'
import { decodeObject } from '../schema/decode-object.ts'
import { badRequest, notAcceptable } from '../status.ts'
import type { OutputForm } from './negotiation.ts'

/** Metadata of a list. */
export interface ListMetadata {
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}

/** Whose rows carry what: the whole object, its metadata (the default) or nothing. */
export type IncludeObject = 'Object' | 'Metadata' | 'None'

/** @throws {ApiError} 400 */
export function includeObjectValue(text: string | null): IncludeObject {
  if (text === null || text === '' || text === 'Metadata') return 'Metadata'
  if (text === 'Object' || text === 'None') return text
  throw badRequest(`unrecognized includeObject value: "${text}"`)
}

/**
 * Writes the objects of one resource as JSON. Stored objects never change, so the text of each is made once and shared
 * by every list and every watch.
 */
export class ObjectEncoder {
  readonly #resource: ResourceDefinition
  readonly #types: ApiTypes
  readonly #now: () => number
  readonly #bodies = new WeakMap<KubeObject, string>()
  readonly #head: string

  constructor(resource: ResourceDefinition, types: ApiTypes, now: () => number) {
    this.#resource = resource
    this.#types = types
    this.#now = now
    this.#head = head(resource.kind, apiVersionOf(resource))
  }

  object(object: KubeObject, form: OutputForm, include: IncludeObject): string {
    switch (form.as?.kind) {
      case 'Table':
        return this.#table([object], { resourceVersion: object.metadata.resourceVersion ?? '' }, form, include, true)
      case 'PartialObjectMetadata':
        return this.#partial(object, form)
      case 'PartialObjectMetadataList':
        throw notAcceptable(
          `you requested PartialObjectMetadataList, but the requested object is not a list (*core.${this.#resource.kind})`,
        )
      default:
        return this.#head + this.#body(object).slice(1)
    }
  }

  list(objects: readonly KubeObject[], metadata: ListMetadata, form: OutputForm, include: IncludeObject): string {
    const { kind } = this.#resource
    switch (form.as?.kind) {
      case 'Table':
        return this.#table(objects, metadata, form, include, true)
      case 'PartialObjectMetadataList': {
        const items = objects.map((object) => this.#partial(object, form))
        return listText('PartialObjectMetadataList', `meta.k8s.io/${form.as.version}`, metadata, items)
      }
      case 'PartialObjectMetadata':
        throw notAcceptable(
          `you requested PartialObjectMetadata, but the requested object is a list (*core.${kind}List)`,
        )
      default:
        return listText(
          `${kind}List`,
          apiVersionOf(this.#resource),
          metadata,
          objects.map((object) => this.#body(object)),
        )
    }
  }

  /** One event of a watch. The first Table of a watch has the columns, the others have none. */
  watchEvent(type: string, object: KubeObject, form: OutputForm, include: IncludeObject, isFirst: boolean): string {
    const text =
      form.as?.kind === 'Table'
        ? this.#table([object], { resourceVersion: object.metadata.resourceVersion ?? '' }, form, include, isFirst)
        : this.object(object, form, include)
    return `{"type":"${type}","object":${text}}\n`
  }

  #body(object: KubeObject): string {
    const known = this.#bodies.get(object)
    if (known !== undefined) return known
    const { fromStored, typeName } = this.#resource
    const text = JSON.stringify(fromStored ? decodeObject(this.#types, typeName, fromStored(object)).value : object)
    this.#bodies.set(object, text)
    return text
  }

  #partial(object: KubeObject, { as }: OutputForm): string {
    return `${head('PartialObjectMetadata', `meta.k8s.io/${as?.version}`)}"metadata":${JSON.stringify(object.metadata)}}`
  }

  #table(
    objects: readonly KubeObject[],
    metadata: ListMetadata,
    form: OutputForm,
    include: IncludeObject,
    withColumns: boolean,
  ): string {
    const now = this.#now()
    const columns = this.#resource.columns.map(({ name, format = '', description, priority = 0 }) => ({
      name,
      type: 'string',
      format,
      description,
      priority,
    }))
    const rows = objects.map((object) => {
      const cells = JSON.stringify(this.#resource.row(object, now))
      if (include === 'None') return `{"cells":${cells}}`
      const whole = include === 'Object' ? this.#head + this.#body(object).slice(1) : this.#partial(object, form)
      return `{"cells":${cells},"object":${whole}}`
    })
    return (
      `${head('Table', `meta.k8s.io/${form.as?.version}`)}"metadata":${JSON.stringify(metadata)},` +
      `"columnDefinitions":${withColumns ? JSON.stringify(columns) : 'null'},"rows":[${rows.join(',')}]}`
    )
  }
}

/** Turns JSON into what was asked for. */
export function formatted(json: string, { format, pretty }: OutputForm): string {
  if (format === 'yaml')
    return stringify(JSON.parse(json), { version: '1.1', sortMapEntries: true, lineWidth: 0, indentSeq: false })
  return pretty ? `${JSON.stringify(JSON.parse(json), null, 2)}\n` : `${json}\n`
}

function head(kind: string, apiVersion: string): string {
  return `{"kind":"${kind}","apiVersion":"${apiVersion}",`
}

function listText(kind: string, apiVersion: string, metadata: ListMetadata, items: readonly string[]): string {
  return `${head(kind, apiVersion)}"metadata":${JSON.stringify(metadata)},"items":[${items.join(',')}]}`
}
