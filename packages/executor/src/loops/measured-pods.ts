import type { Clock } from '../clock.ts'
import type {
  CreatePodOptions,
  DeleteOptions,
  ListOptions,
  LogOptions,
  PatchOptions,
  PodPatch,
  PodVerbs,
  RequestOptions,
  WatchOptions,
} from '../kube/kube-client.ts'
import { KubeApiError, KubeConnectionError } from '../kube/kube-errors.ts'
import type { PodView } from '../kube/pod-view.ts'
import type { List, Pod, Status, WatchEvent } from '../kube/types.ts'
import type { Metrics } from '../metrics.ts'

/** The verbs on pods, each request timed by verb and status. Streams are not: their length says nothing of the server. */
export class MeasuredPods implements PodVerbs {
  readonly #pods: PodVerbs
  readonly #metrics: Metrics
  readonly #clock: Clock

  constructor(pods: PodVerbs, { metrics, clock }: { readonly metrics: Metrics; readonly clock: Clock }) {
    this.#pods = pods
    this.#metrics = metrics
    this.#clock = clock
  }

  create(namespace: string, pod: Pod, options?: CreatePodOptions): Promise<PodView> {
    return this.#time('create', () => this.#pods.create(namespace, pod, options))
  }

  get(namespace: string, name: string, options?: RequestOptions): Promise<Pod> {
    return this.#time('get', () => this.#pods.get(namespace, name, options))
  }

  list<T>(namespace: string | null, options: ListOptions<T>): Promise<List<T>> {
    return this.#time('list', () => this.#pods.list(namespace, options))
  }

  watch<T>(namespace: string | null, options: WatchOptions<T>): AsyncIterable<WatchEvent<T>> {
    return this.#pods.watch(namespace, options)
  }

  patch(namespace: string, name: string, patch: PodPatch, options?: PatchOptions): Promise<PodView> {
    return this.#time('patch', () => this.#pods.patch(namespace, name, patch, options))
  }

  delete(namespace: string, name: string, options?: DeleteOptions): Promise<PodView | Status> {
    return this.#time('delete', () => this.#pods.delete(namespace, name, options))
  }

  log(namespace: string, name: string, options?: LogOptions): AsyncIterable<Uint8Array> {
    return this.#pods.log(namespace, name, options)
  }

  async #time<R>(verb: string, request: () => Promise<R>): Promise<R> {
    const startedAt = this.#clock.now()
    const done = (status: string) =>
      this.#metrics.timing('davit_executor.api_request', this.#clock.now() - startedAt, { verb, status })
    try {
      const answer = await request()
      done('200')
      return answer
    } catch (error) {
      done(statusOf(error))
      throw error
    }
  }
}

/** The HTTP code, or what broke: `reset`, `timeout`, … */
function statusOf(error: unknown): string {
  if (error instanceof KubeApiError) return String(error.httpStatus)
  return error instanceof KubeConnectionError ? error.kind : 'error'
}
