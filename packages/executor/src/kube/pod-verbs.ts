import type { JsonRequests } from './json-requests.ts'
import type {
  CreatePodOptions,
  DeleteOptions,
  ListOptions,
  LogOptions,
  PatchOptions,
  PodPatch,
  PodVerbs,
  RequestOptions,
  SelectOptions,
  WatchOptions,
} from './kube-client.ts'
import { PodAnswers, type PodEncoding } from './pod-answers.ts'
import { podPath, podsPath } from './pod-paths.ts'
import type { PodView } from './pod-view.ts'
import type { List, Pod, Status, WatchEvent } from './types.ts'
import { watchDecoder } from './watch-decoder.ts'
import { watchStream } from './watch-stream.ts'

const JSON_TYPE = 'application/json'

const PATCH_TYPES: Readonly<Record<PodPatch['type'], string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
}

/** The verbs on pods, over HTTP. What is sent is JSON; what is read, whichever encoding the server answers in. */
export class HttpPodVerbs implements PodVerbs {
  readonly #json: JsonRequests
  readonly #answers: PodAnswers

  constructor(json: JsonRequests, encoding: PodEncoding) {
    this.#json = json
    this.#answers = new PodAnswers(json, encoding)
  }

  async create(namespace: string, pod: Pod, options: CreatePodOptions = {}): Promise<PodView> {
    const { dryRun, fieldValidation } = options
    return this.#answers.pod(options, {
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
    const { metadata, items } = await this.#answers.list({ timeoutMs, ...(signal && { signal }) }, request, project)
    const resourceVersionOfList = metadata?.resourceVersion
    if (typeof resourceVersionOfList !== 'string') throw this.#json.malformed(request, 'a list without a version')
    return {
      items,
      resourceVersion: resourceVersionOfList,
      ...(metadata?.continue ? { continue: metadata.continue } : {}),
      ...(metadata?.remainingItemCount === undefined ? {} : { remainingItemCount: metadata.remainingItemCount }),
    }
  }

  watch<T>(namespace: string | null, options: WatchOptions<T>): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const { resourceVersion, sendInitialEvents, timeoutSeconds, silenceMs, signal, onOpen, project } = options
    const initial = sendInitialEvents
      ? { sendInitialEvents, resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion }
    const request = {
      method: 'GET',
      path: podsPath(namespace),
      query: { ...selectors(options), watch: true, allowWatchBookmarks: true, ...initial, timeoutSeconds },
      accept: this.#answers.accept,
    } as const
    const decoder = (contentType: string | undefined) => watchDecoder(contentType, project)
    return watchStream(this.#json, request, { signal, onOpen, silenceMs, decoder })
  }

  async patch(
    namespace: string,
    name: string,
    { type, patch }: PodPatch,
    options: PatchOptions = {},
  ): Promise<PodView> {
    return this.#answers.pod(options, {
      method: 'PATCH',
      path: podPath(namespace, name),
      body: { contentType: PATCH_TYPES[type], content: JSON.stringify(patch) },
    })
  }

  async delete(namespace: string, name: string, options: DeleteOptions = {}): Promise<PodView | Status> {
    const { uid, gracePeriodSeconds, propagationPolicy } = options
    const deleteOptions = {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      ...(uid === undefined ? {} : { preconditions: { uid } }),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    }
    return this.#answers.podOrStatus(options, {
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
}

function selectors({ labelSelector, fieldSelector }: SelectOptions) {
  return { labelSelector, fieldSelector }
}
