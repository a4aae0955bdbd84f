import type { PodView } from './pod-view.ts'
import type { List, Pod, PodEvent, Status, WatchEvent } from './types.ts'

/** Every request has a deadline; the default is the client's (60 s, lists 120 s). */
export interface RequestOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

export interface CreateOptions extends RequestOptions {
  readonly dryRun?: boolean
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore'
}

/** What is wanted of an answer to a change of a pod. */
export interface PodAnswerOptions {
  /** Its metadata will do: spec and status may be left out, which spares the server and the wire most of it. @default false */
  readonly metadataOnly?: boolean
}

export interface CreatePodOptions extends CreateOptions, PodAnswerOptions {}

export interface PatchOptions extends RequestOptions, PodAnswerOptions {}

export interface SelectOptions {
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/** @typeParam T what is kept of each pod: the projection is applied while decoding, so that whole pods are never held. */
export interface ListOptions<T> extends RequestOptions, SelectOptions {
  readonly limit?: number
  readonly continue?: string
  /** `"0"`: any version will do (from the cache); absent: the newest. */
  readonly resourceVersion?: string
  readonly project: (pod: PodView) => T
}

export interface WatchOptions<T> extends SelectOptions {
  readonly signal?: AbortSignal
  readonly resourceVersion?: string
  /**
   * In the place of a list and a version: the stream begins with an ADDED for each object, then a bookmark with
   * `initialEventsEnd`. Servers without that (before Kubernetes 1.32, or by choice) answer 422.
   */
  readonly sendInitialEvents?: boolean
  /** The server has answered with a stream; an idle one may say nothing for a minute after that. */
  readonly onOpen?: () => void
  /** Asked of the server; it then ends the stream in peace. */
  readonly timeoutSeconds?: number
  /** The stream is torn down after so long without a whole line (bookmarks count). */
  readonly silenceMs?: number
  readonly project: (pod: PodView) => T
}

export interface DeleteOptions extends RequestOptions, PodAnswerOptions {
  /** Precondition: the deletion is refused with 409 when the pod of that name has another uid. */
  readonly uid?: string
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
}

export interface LogOptions extends RequestOptions {
  readonly container?: string
  readonly follow?: boolean
  readonly tailLines?: number
  readonly sinceSeconds?: number
  readonly timestamps?: boolean
  readonly limitBytes?: number
  readonly previous?: boolean
}

/** JSON merge patch (RFC 7386), strategic merge patch (Kubernetes), or JSON patch (RFC 6902). */
export type PodPatch =
  | { readonly type: 'merge' | 'strategic'; readonly patch: object }
  | { readonly type: 'json'; readonly patch: readonly object[] }

/**
 * The verbs on pods that the executor uses. All reject with {@link KubeApiError} or {@link KubeConnectionError}.
 *
 * Only `get` gives a whole pod. All others give what a {@link PodView} shows, so that they can be read from protobuf at little
 * cost; a server that answers in JSON gives more, on which nobody may count.
 */
export interface PodVerbs {
  /** Resolves to the pod as the server has made it. */
  create(namespace: string, pod: Pod, options?: CreatePodOptions): Promise<PodView>
  get(namespace: string, name: string, options?: RequestOptions): Promise<Pod>
  /** `namespace` null: of all namespaces. */
  list<T>(namespace: string | null, options: ListOptions<T>): Promise<List<T>>
  /**
   * Resolves when the server has answered with a stream (its headers may wait for the first event: a watch does not wait
   * for them to count as open). The iteration ends when the server closes, and rejects on silence, a broken stream or an
   * unparseable line. An ERROR event is yielded, then the iteration ends.
   */
  watch<T>(namespace: string | null, options: WatchOptions<T>): AsyncIterable<WatchEvent<T>>
  patch(namespace: string, name: string, patch: PodPatch, options?: PatchOptions): Promise<PodView>
  /** Resolves to the pod with its deletionTimestamp, or the pod as it last was, or a Status, as the server answers. */
  delete(namespace: string, name: string, options?: DeleteOptions): Promise<PodView | Status>
  /** The log as bytes. With `follow` it ends when the container does, or on abort. */
  log(namespace: string, name: string, options?: LogOptions): AsyncIterable<Uint8Array>
}

export interface ListEventsOptions extends RequestOptions {
  /** The most that is asked for. @default 100 */
  readonly limit?: number
}

/** Kubernetes' own words about pods. All reject with {@link KubeApiError} or {@link KubeConnectionError}. */
export interface EventVerbs {
  /**
   * The events about one pod, bounded, in the server's order. Events have no watch cache: the server reads all of the
   * namespace for each answer, so that they are to be asked for sparingly.
   *
   * @param pod.uid leaves out events about another pod of that name
   */
  listOfPod(
    namespace: string,
    pod: { readonly name: string; readonly uid?: string },
    options?: ListEventsOptions,
  ): Promise<readonly PodEvent[]>
}

/** Names a resource, or with `name` one object of it: `{ resource: 'resourcequotas', namespace: 'team-a' }`. */
export interface ResourcePath {
  /** @default '' the core group */
  readonly group?: string
  /** @default 'v1' */
  readonly version?: string
  /** Plural and in lower case, as in paths and roles. */
  readonly resource: string
  /** Absent: the resource is of the cluster, or of all namespaces. */
  readonly namespace?: string
  readonly name?: string
}

/** What a create was answered. */
export interface CreatedResource<T> {
  readonly object: T
  /** The texts of the answer's `Warning` headers: what was accepted, and will not do what its author thinks. */
  readonly warnings: readonly string[]
}

export interface WatchResourceOptions {
  readonly signal?: AbortSignal
  /** Asked of the server; it then ends the stream in peace. */
  readonly timeoutSeconds?: number
}

/**
 * The verbs on whatever stands around pods: namespaces, quotas, service accounts, reviews of rights. The executor watches
 * quotas by them, `davit doctor` asks for the rest. All reject with {@link KubeApiError} or {@link KubeConnectionError}.
 *
 * `T` is what the caller takes the JSON for; it is not checked.
 */
export interface ResourceVerbs {
  /** `metadataOnly`: all but the metadata stays on the server, as a secret's content should. */
  get<T>(
    path: ResourcePath & { readonly name: string },
    options?: RequestOptions & { readonly metadataOnly?: boolean },
  ): Promise<T>
  /** Every object, page by page. */
  list<T>(path: ResourcePath, options?: RequestOptions): Promise<readonly T[]>
  create<T>(path: ResourcePath, object: object, options?: CreateOptions): Promise<CreatedResource<T>>
  /**
   * Begins with an ADDED for each object that is there, in no order, and goes on with the changes. Ends and rejects as
   * {@link PodVerbs.watch} does; without a version to resume from, the next watch begins anew.
   */
  watch<T>(path: ResourcePath, options?: WatchResourceOptions): AsyncIterable<WatchEvent<T>>
}

/** A connection to one API server: pools, credentials, verbs. */
export interface KubeClient {
  /** `https://host:port`, for messages. */
  readonly server: string
  /** The context's namespace, `default` without one. */
  readonly namespace: string
  readonly pods: PodVerbs
  readonly events: EventVerbs
  readonly resources: ResourceVerbs
  /** `GET /version`: the cheapest proof that the server is there and speaks to us. */
  version(
    options?: RequestOptions,
  ): Promise<{ readonly gitVersion: string; readonly major: string; readonly minor: string }>
  /** Ends every connection, watches too. */
  close(): Promise<void>
}
