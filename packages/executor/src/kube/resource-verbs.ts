import type { JsonRequests } from './json-requests.ts'
import type {
  CreatedResource,
  CreateOptions,
  RequestOptions,
  ResourcePath,
  ResourceVerbs,
  WatchResourceOptions,
} from './kube-client.ts'
import { pathSegment } from './pod-paths.ts'
import type { WatchEvent } from './types.ts'
import { parseWarnings } from './warnings.ts'
import { watchDecoder } from './watch-decoder.ts'
import { watchStream } from './watch-stream.ts'

const PAGE = 500
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'

/** The verbs on any resource, over HTTP and JSON. */
export class HttpResourceVerbs implements ResourceVerbs {
  readonly #json: JsonRequests

  constructor(json: JsonRequests) {
    this.#json = json
  }

  async get<T>(path: ResourcePath & { readonly name: string }, options: GetOptions = {}): Promise<T> {
    return this.#json.object<T>(options, {
      method: 'GET',
      path: resourcePath(path),
      ...(options.metadataOnly ? { accept: METADATA_ONLY } : {}),
    })
  }

  async list<T>(path: ResourcePath, options: RequestOptions = {}): Promise<readonly T[]> {
    const items: T[] = []
    let token: string | undefined
    do {
      const query = { limit: PAGE, continue: token }
      const page = await this.#json.object<{ metadata?: { continue?: string }; items?: T[] | null }>(
        { timeoutMs: this.#json.deadlines.listTimeoutMs, ...options },
        { method: 'GET', path: resourcePath(path), query },
      )
      items.push(...(page.items ?? []))
      token = page.metadata?.continue || undefined
    } while (token !== undefined)
    return items
  }

  async create<T>(path: ResourcePath, object: object, options: CreateOptions = {}): Promise<CreatedResource<T>> {
    const { dryRun, fieldValidation } = options
    const { object: created, warnings } = await this.#json.exchange<T>(options, {
      method: 'POST',
      path: resourcePath(path),
      query: { dryRun: dryRun ? 'All' : undefined, fieldValidation },
      body: { contentType: 'application/json', content: JSON.stringify(object) },
    })
    return { object: created, warnings: parseWarnings(warnings) }
  }

  watch<T>(
    path: ResourcePath,
    { signal, timeoutSeconds }: WatchResourceOptions = {},
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const query = { watch: true, allowWatchBookmarks: true, timeoutSeconds }
    const request = { method: 'GET', path: resourcePath(path), query } as const
    const decoder = () => watchDecoder('application/json', (object) => object as T)
    return watchStream(this.#json, request, { signal, onOpen: undefined, silenceMs: undefined, decoder })
  }
}

type GetOptions = NonNullable<Parameters<ResourceVerbs['get']>[1]>

function resourcePath({ group = '', version = 'v1', resource, namespace, name }: ResourcePath): string {
  const scope = namespace === undefined ? [] : ['namespaces', namespace]
  const root = group === '' ? ['api'] : ['apis', group]
  const parts = [...root, version, ...scope, resource, ...(name === undefined ? [] : [name])]
  return `/${parts.map(pathSegment).join('/')}`
}
