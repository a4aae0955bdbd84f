import { decodeWatchEvent } from './decode-watch-event.ts'
import type { JsonRequests } from './json-requests.ts'
import type {
  CreateOptions,
  DeleteOptions,
  ListOptions,
  LogOptions,
  PodPatch,
  PodVerbs,
  RequestOptions,
  SelectOptions,
  WatchOptions,
} from './kube-client.ts'
import { LineSplitter } from './line-splitter.ts'
import { podPath, podsPath } from './pod-paths.ts'
import type { KubeRequest } from './transport.ts'
import type { List, Pod, Status, WatchEvent } from './types.ts'
import { UnreadableAnswer } from './unreadable-answer.ts'

const JSON_TYPE = 'application/json'

const PATCH_TYPES: Readonly<Record<PodPatch['type'], string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
}

/** A watch that asked for bookmarks hears from the server about each minute; two are missing when this is over. */
const SILENCE_MS = 150_000

/** The verbs on pods, over HTTP and JSON. */
export class HttpPodVerbs implements PodVerbs {
  readonly #json: JsonRequests

  constructor(json: JsonRequests) {
    this.#json = json
  }

  async create(namespace: string, pod: Pod, options: CreateOptions = {}): Promise<Pod> {
    const { dryRun, fieldValidation } = options
    return this.#json.object(options, {
      method: 'POST',
      path: podsPath(namespace),
      query: { dryRun: dryRun ? 'All' : undefined, fieldValidation },
      body: { contentType: JSON_TYPE, content: JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...pod }) },
    })
  }

  async get(namespace: string, name: string, options: RequestOptions = {}): Promise<Pod> {
    return this.#json.object(options, { method: 'GET', path: podPath(namespace, name) })
  }

  async list<T>(namespace: string | null, options: ListOptions<T>): Promise<List<T>> {
    const { limit, continue: token, resourceVersion, project } = options
    const request = {
      method: 'GET',
      path: podsPath(namespace),
      // The token holds the version; Kubernetes refuses both together.
      query: { ...selectors(options), limit, continue: token, resourceVersion: token ? undefined : resourceVersion },
    } as const
    const { signal, timeoutMs = this.#json.deadlines.listTimeoutMs } = options
    const { metadata, items } = await this.#json.object<{ metadata?: ListMeta; items?: Pod[] | null }>(
      { timeoutMs, ...(signal && { signal }) },
      request,
    )
    const resourceVersionOfList = metadata?.resourceVersion
    if (typeof resourceVersionOfList !== 'string') throw this.#json.malformed(request, 'a list without a version')
    return {
      items: (items ?? []).map(project),
      resourceVersion: resourceVersionOfList,
      ...(metadata?.continue ? { continue: metadata.continue } : {}),
      ...(metadata?.remainingItemCount === undefined ? {} : { remainingItemCount: metadata.remainingItemCount }),
    }
  }

  async *watch<T>(namespace: string | null, options: WatchOptions<T>): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const {
      resourceVersion,
      sendInitialEvents,
      timeoutSeconds,
      silenceMs = SILENCE_MS,
      signal,
      onOpen,
      project,
    } = options
    const initial = sendInitialEvents
      ? { sendInitialEvents, resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion }
    const request = {
      method: 'GET',
      path: podsPath(namespace),
      query: { ...selectors(options), watch: true, allowWatchBookmarks: true, ...initial, timeoutSeconds },
      signal,
    } as const
    const splitter = new LineSplitter()
    let lines = 0
    const isWord = () => {
      const isLine = lines > 0
      lines = 0
      return isLine
    }
    for await (const chunk of this.#json.transport.stream(request, { pool: 'streams', silenceMs, isWord, onOpen })) {
      for (const line of this.#decode(request, () => splitter.push(chunk))) {
        if (signal?.aborted) return
        lines += 1
        const event = this.#decode(request, () => decodeWatchEvent(line, project))
        yield event
        if (event.type === 'ERROR') return
      }
    }
    const rest = splitter.rest()
    if (rest === '' || signal?.aborted) return
    yield this.#decode(request, () => decodeWatchEvent(rest, project))
  }

  async patch(namespace: string, name: string, { type, patch }: PodPatch, options: RequestOptions = {}): Promise<Pod> {
    return this.#json.object(options, {
      method: 'PATCH',
      path: podPath(namespace, name),
      body: { contentType: PATCH_TYPES[type], content: JSON.stringify(patch) },
    })
  }

  async delete(namespace: string, name: string, options: DeleteOptions = {}): Promise<Pod | Status> {
    const { uid, gracePeriodSeconds, propagationPolicy } = options
    const deleteOptions = {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      ...(uid === undefined ? {} : { preconditions: { uid } }),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    }
    return this.#json.object(options, {
      method: 'DELETE',
      path: podPath(namespace, name),
      body: { contentType: JSON_TYPE, content: JSON.stringify(deleteOptions) },
    })
  }

  /** Without `follow` the deadline holds for the whole log; with it there is none, unless it is given. */
  async *log(namespace: string, name: string, options: LogOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const { signal, timeoutMs, follow, ...query } = options
    const request = {
      method: 'GET',
      path: `${podPath(namespace, name)}/log`,
      query: { ...query, follow },
      signal,
    } as const
    const deadline = timeoutMs ?? (follow ? undefined : this.#json.deadlines.listTimeoutMs)
    yield* this.#json.transport.stream(request, {
      pool: follow ? 'streams' : 'requests',
      ...(deadline === undefined ? {} : { timeoutMs: deadline }),
    })
  }

  /** What a projection throws is the caller's own and passes; what cannot be read is the server's. */
  #decode<R>(request: KubeRequest, decode: () => R): R {
    try {
      return decode()
    } catch (error) {
      if (error instanceof UnreadableAnswer) throw this.#json.malformed(request, error.message)
      throw error
    }
  }
}

interface ListMeta {
  readonly resourceVersion?: unknown
  readonly continue?: string
  readonly remainingItemCount?: number
}

function selectors({ labelSelector, fieldSelector }: SelectOptions) {
  return { labelSelector, fieldSelector }
}
