import { stringify } from 'yaml'
import type { KubeObject } from '../../storage/kube-object.ts'
import { goJson } from '../go-text.ts'
import { apiVersionOf } from '../resource-registry.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import type { ApiTypes } from '../schema/api-type.ts'
import { decodeObject } from '../schema/decode-object.ts'
import { badRequest, notAcceptable } from '../status.ts'
import type { OutputForm } from './negotiation.ts'
import { RecentBytes } from './recent-bytes.ts'

/** Metadata of a list. */
export interface ListMetadata {
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}

/** Whose rows carry what: the whole object, its metadata (the default) or nothing. */
export type IncludeObject = 'Object' | 'Metadata' | 'None'

/**
 * What the rows of a table carry; for other forms it does not matter what the query says.
 *
 * @throws {ApiError} 400
 */
export function includeObjectValue(query: URLSearchParams, form: OutputForm): IncludeObject {
  const text = query.get('includeObject') ?? ''
  if (form.as?.kind !== 'Table' || text === '' || text === 'Metadata') return 'Metadata'
  if (text === 'Object' || text === 'None') return text
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${goJson(text)}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}

const EVENT_END = Buffer.from('}\n')
const LIST_END = Buffer.from(']}')

/**
 * Writes the objects of one resource as JSON. Stored objects never change, so the bytes of each are made once and shared
 * by answers, lists and watches.
 */
export class ObjectEncoder {
  readonly #resource: ResourceDefinition
  readonly #types: ApiTypes
  readonly #now: () => number
  readonly #recent = new RecentBytes()
  readonly #head: string

  constructor(resource: ResourceDefinition, types: ApiTypes, now: () => number) {
    this.#resource = resource
    this.#types = types
    this.#now = now
    this.#head = head(resource.kind, apiVersionOf(resource))
  }

  object(object: KubeObject, form: OutputForm, include: IncludeObject): Buffer {
    switch (form.as?.kind) {
      case 'Table':
        return Buffer.from(this.#table([object], versionOf(object), form, include, true))
      case 'PartialObjectMetadata':
        return Buffer.from(partial(object, form))
      case 'PartialObjectMetadataList':
        throw notAcceptable(
          `you requested PartialObjectMetadataList, but the requested object is not a list (*core.${this.#resource.kind})`,
        )
      default:
        return this.#whole(object)
    }
  }

  /** The parts of a list, each made when it is asked for. */
  list(
    objects: readonly KubeObject[],
    metadata: ListMetadata,
    form: OutputForm,
    include: IncludeObject,
  ): Iterable<Buffer> {
    const { kind } = this.#resource
    switch (form.as?.kind) {
      case 'Table':
        return [Buffer.from(this.#table(objects, metadata, form, include, true))]
      case 'PartialObjectMetadataList': {
        const start = listStart('PartialObjectMetadataList', `meta.k8s.io/${form.as.version}`, metadata)
        return listParts(start, '', objects, (object) => Buffer.from(partial(object, form)))
      }
      case 'PartialObjectMetadata':
        throw notAcceptable(
          `you requested PartialObjectMetadata, but the requested object is a list (*core.${kind}List)`,
        )
      default: {
        const start = listStart(`${kind}List`, apiVersionOf(this.#resource), metadata)
        // Items of a list have no kind of their own.
        return listParts(start, '{', objects, (object) => this.#whole(object).subarray(this.#head.length))
      }
    }
  }

  /** One event of a watch, in parts. The first Table of a watch has the columns, the others have none. */
  watchEvent(
    type: string,
    object: KubeObject,
    form: OutputForm,
    include: IncludeObject,
    isFirst: boolean,
  ): readonly Buffer[] {
    const bytes =
      form.as?.kind === 'Table'
        ? Buffer.from(this.#table([object], versionOf(object), form, include, isFirst))
        : this.object(object, form, include)
    return [eventHead(type), bytes, EVENT_END]
  }

  #whole(object: KubeObject): Buffer {
    return this.#recent.get(object, () => {
      const { fromStored, typeName } = this.#resource
      const shown = fromStored ? decodeObject(this.#types, typeName, fromStored(object)).value : object
      return this.#head + JSON.stringify(shown).slice(1)
    })
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
      if (include === 'None') return `{"cells":${cells},"object":null}`
      return `{"cells":${cells},"object":${include === 'Object' ? this.#whole(object).toString() : partial(object, form)}}`
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

const eventHeads = new Map<string, Buffer>()

function eventHead(type: string): Buffer {
  const known = eventHeads.get(type)
  if (known) return known
  const made = Buffer.from(`{"type":"${type}","object":`)
  eventHeads.set(type, made)
  return made
}

function head(kind: string, apiVersion: string): string {
  return `{"kind":"${kind}","apiVersion":"${apiVersion}",`
}

function listStart(kind: string, apiVersion: string, metadata: ListMetadata): string {
  return `${head(kind, apiVersion)}"metadata":${JSON.stringify(metadata)},"items":[`
}

/** `opening` stands before each item. */
function* listParts(
  start: string,
  opening: string,
  objects: readonly KubeObject[],
  item: (object: KubeObject) => Buffer,
): Generator<Buffer> {
  yield Buffer.from(start)
  let before = Buffer.from(opening)
  const between = Buffer.from(`,${opening}`)
  for (const object of objects) {
    yield before
    yield item(object)
    before = between
  }
  yield LIST_END
}

function partial(object: KubeObject, { as }: OutputForm): string {
  return `${head('PartialObjectMetadata', `meta.k8s.io/${as?.version}`)}"metadata":${JSON.stringify(object.metadata)}}`
}

function versionOf({ metadata }: KubeObject): ListMetadata {
  return { resourceVersion: metadata.resourceVersion ?? '' }
}
