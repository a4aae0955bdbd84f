import { failedRequest } from './connection-error.ts'
import type { CreatedResource, CreateOptions, RequestOptions, ResourcePath, ResourceVerbs } from './kube-client.ts'
import { pathSegment } from './pod-paths.ts'
import type { DefaultDeadlines } from './pod-verbs.ts'
import type { KubeRequest, Transport } from './transport.ts'
import { parseWarnings } from './warnings.ts'

const PAGE = 500
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'

/** The verbs on any resource, over HTTP and JSON. */
export class HttpResourceVerbs implements ResourceVerbs {
  readonly #transport: Transport
  readonly #server: string
  readonly #deadlines: DefaultDeadlines

  constructor(transport: Transport, server: string, deadlines: DefaultDeadlines) {
    this.#transport = transport
    this.#server = server
    this.#deadlines = deadlines
  }

  async get<T>(path: ResourcePath & { readonly name: string }, options: GetOptions = {}): Promise<T> {
    const { object } = await this.#object<T>(options, {
      method: 'GET',
      path: resourcePath(path),
      ...(options.metadataOnly ? { accept: METADATA_ONLY } : {}),
    })
    return object
  }

  async list<T>(path: ResourcePath, options: RequestOptions = {}): Promise<readonly T[]> {
    const items: T[] = []
    let token: string | undefined
    do {
      const query = { limit: PAGE, continue: token }
      const page = await this.#object<{ metadata?: { continue?: string }; items?: T[] | null }>(
        { timeoutMs: this.#deadlines.listTimeoutMs, ...options },
        { method: 'GET', path: resourcePath(path), query },
      )
      items.push(...(page.object.items ?? []))
      token = page.object.metadata?.continue || undefined
    } while (token !== undefined)
    return items
  }

  async create<T>(path: ResourcePath, object: object, options: CreateOptions = {}): Promise<CreatedResource<T>> {
    const { dryRun, fieldValidation } = options
    return this.#object<T>(options, {
      method: 'POST',
      path: resourcePath(path),
      query: { dryRun: dryRun ? 'All' : undefined, fieldValidation },
      body: { contentType: 'application/json', content: JSON.stringify(object) },
    })
  }

  async #object<T>(options: RequestOptions, request: KubeRequest): Promise<CreatedResource<T>> {
    const { text, warnings } = await this.#transport.exchange(
      { ...request, signal: options.signal },
      { timeoutMs: options.timeoutMs ?? this.#deadlines.requestTimeoutMs },
    )
    try {
      return { object: JSON.parse(text) as T, warnings: parseWarnings(warnings) }
    } catch (cause) {
      const { method, path } = request
      const said = `what came cannot be read: ${text.length} characters that are not JSON`
      throw failedRequest({ server: this.#server, method, path }, 'protocol', said, cause)
    }
  }
}

type GetOptions = NonNullable<Parameters<ResourceVerbs['get']>[1]>

function resourcePath({ group = '', version = 'v1', resource, namespace, name }: ResourcePath): string {
  const scope = namespace === undefined ? [] : ['namespaces', namespace]
  const root = group === '' ? ['api'] : ['apis', group]
  const parts = [...root, version, ...scope, resource, ...(name === undefined ? [] : [name])]
  return `/${parts.map(pathSegment).join('/')}`
}
