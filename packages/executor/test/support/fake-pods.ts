import type {
  CreateOptions,
  DeleteOptions,
  ListOptions,
  LogOptions,
  PodPatch,
  PodVerbs,
  WatchOptions,
} from '../../src/kube/kube-client.ts'
import { KubeApiError, KubeConnectionError } from '../../src/kube/kube-errors.ts'
import type { List, Pod, PodStatus, Status, WatchEvent } from '../../src/kube/types.ts'
import { matchesFields, matchesLabels } from './label-selector.ts'

export type Verb = 'create' | 'get' | 'list' | 'watch' | 'patch' | 'delete' | 'log'

/** Trouble for the next request that fits. `loseAnswer`: the request is carried out, and its answer is lost. */
export interface Fault {
  readonly verb: Verb
  readonly name?: RegExp
  readonly error?: Error
  readonly loseAnswer?: true
  /** The request waits for this before it is carried out. */
  readonly gate?: Promise<void>
  /** How many requests it meets. @default 1 */
  readonly times?: number
}

interface Change {
  readonly version: number
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly pod: Pod
  readonly before: Pod | undefined
}

interface FakePodsOptions {
  /** Running pods stay in termination until `finishDeletion`. @default false: they go at once */
  readonly slowDeletion?: boolean
  readonly now?: () => number
}

/**
 * Pods as an API server keeps them: versions, uids, AlreadyExists, uid preconditions, watches that replay and see objects
 * enter and leave their selector, and faults on demand. Plays no kubelet: tests move the pods on.
 */
export class FakePods implements PodVerbs {
  readonly requests: { verb: Verb; name: string; options?: unknown; body?: Pod }[] = []
  readonly logs = new Map<string, string>()
  /** What a client that watches still has to be told, beside what `changes` holds. */
  readonly #changes: Change[] = []
  readonly #pods = new Map<string, Pod>()
  readonly #watchers = new Set<() => void>()
  readonly #options: FakePodsOptions
  #faults: { fault: Fault; left: number }[] = []
  #areWatchesDeaf = false
  #breaks = 0
  #breakError: Error | undefined
  #version = 100
  #uids = 0

  constructor(options: FakePodsOptions = {}) {
    this.#options = options
  }

  // ---- what tests do

  fault(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 })
  }

  clearFaults(): void {
    this.#faults = []
  }

  all(): Pod[] {
    return [...this.#pods.values()]
  }

  find(name: string | RegExp): Pod | undefined {
    return this.all().find((pod) => (typeof name === 'string' ? nameOf(pod) === name : name.test(nameOf(pod))))
  }

  one(name: string | RegExp): Pod {
    const pod = this.find(name)
    if (!pod) throw new Error(`no pod ${name}; there are: ${this.all().map(nameOf).join(', ') || 'none'}`)
    return pod
  }

  count(verb: Verb): number {
    return this.requests.filter((request) => request.verb === verb).length
  }

  /** Watches, open and new ones, tell nothing more. */
  deafenWatches(): void {
    this.#areWatchesDeaf = true
  }

  /** Ends the watches that are open: in peace, or with an ERROR event or a broken connection. */
  breakWatches(error?: Error): void {
    this.#breaks += 1
    this.#breakError = error
    for (const wake of [...this.#watchers]) wake()
  }

  get openWatches(): number {
    return this.#watchers.size
  }

  /** Puts a pod there as another client would. */
  put(pod: Pod): Pod {
    return this.#store(undefined, {
      ...pod,
      metadata: {
        namespace: 'default',
        creationTimestamp: this.#timestamp(),
        ...pod.metadata,
        uid: pod.metadata?.uid ?? this.#nextUid(),
      },
    })
  }

  setStatus(pod: Pod, status: PodStatus): Pod {
    const held = this.one(nameOf(pod))
    return this.#store(held, { ...held, status: { ...held.status, ...status } })
  }

  /** Gives the pod a node. */
  schedule(name: string | RegExp): Pod {
    const pod = this.one(name)
    return this.#store(pod, { ...pod, spec: { containers: [], ...pod.spec, nodeName: 'node-1' } })
  }

  /** Runs the main container. */
  start(name: string | RegExp): Pod {
    return this.setStatus(this.schedule(name), {
      phase: 'Running',
      containerStatuses: [{ ...status, state: { running: { startedAt: this.#timestamp() } } }],
    })
  }

  /** Ends the main container, and the pod with it. */
  finish(name: string | RegExp, exitCode = 0, extra: { reason?: string; message?: string; pod?: PodStatus } = {}): Pod {
    const reason = extra.reason ?? (exitCode === 0 ? 'Completed' : 'Error')
    const finishedAt = this.#timestamp()
    const terminated = {
      exitCode,
      reason,
      startedAt: finishedAt,
      finishedAt,
      ...(extra.message ? { message: extra.message } : {}),
    }
    return this.setStatus(this.one(name), {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      containerStatuses: [{ ...status, state: { terminated } }],
      ...extra.pod,
    })
  }

  /** Takes the pod away at once, as a forced deletion or the pod garbage collector does. */
  remove(name: string | RegExp): void {
    const pod = this.one(name)
    this.#pods.delete(keyOf(pod))
    this.#record('DELETED', { ...pod, metadata: { ...pod.metadata, resourceVersion: String(++this.#version) } }, pod)
  }

  /** The kubelet is done with a pod in termination. */
  finishDeletion(name: string | RegExp): void {
    this.remove(name)
  }

  // ---- what clients do

  async create(namespace: string, pod: Pod, options?: CreateOptions): Promise<Pod> {
    return this.#serve('create', nameOf(pod), { options, body: pod }, options?.signal, () => {
      const held = this.#pods.get(`${namespace}/${nameOf(pod)}`)
      if (held) throw apiError(409, 'AlreadyExists', `pods "${nameOf(pod)}" already exists`)
      const metadata = {
        ...pod.metadata,
        namespace,
        uid: this.#nextUid(),
        creationTimestamp: this.#timestamp(),
      }
      return this.#store(undefined, { ...structuredClone(pod), metadata, status: { phase: 'Pending' } })
    })
  }

  async get(namespace: string, name: string, options?: { signal?: AbortSignal }): Promise<Pod> {
    return this.#serve('get', name, {}, options?.signal, () => this.#held(namespace, name))
  }

  async list<T>(namespace: string | null, options: ListOptions<T>): Promise<List<T>> {
    return this.#serve('list', options.labelSelector ?? '', { options }, options.signal, () => {
      const fitting = this.all().filter((pod) => fits(pod, namespace, options))
      const from = options.continue ? Number(options.continue) : 0
      const to = options.limit ? from + options.limit : fitting.length
      return {
        items: fitting.slice(from, to).map(options.project),
        resourceVersion: String(this.#version),
        ...(to < fitting.length ? { continue: String(to), remainingItemCount: fitting.length - to } : {}),
      }
    })
  }

  async *watch<T>(namespace: string | null, options: WatchOptions<T>): AsyncIterable<WatchEvent<T>> {
    const { signal } = options
    await this.#serve('watch', options.labelSelector ?? '', { options }, signal, () => undefined)
    const breaks = this.#breaks
    let seen = Number(options.resourceVersion ?? this.#version)
    options.onOpen?.()
    if (options.sendInitialEvents) {
      seen = this.#version
      for (const pod of this.all().filter((each) => fits(each, namespace, options))) {
        yield { type: 'ADDED', object: options.project(pod), resourceVersion: pod.metadata?.resourceVersion ?? '' }
      }
      yield { type: 'BOOKMARK', resourceVersion: String(seen), initialEventsEnd: true }
    }
    while (!signal?.aborted) {
      if (this.#areWatchesDeaf) await aborted(signal)
      if (this.#breaks > breaks) {
        if (this.#breakError) throw this.#breakError
        return
      }
      for (const change of this.#changes.filter(({ version }) => version > seen)) {
        seen = change.version
        const is = fits(change.pod, namespace, options)
        const was = change.before !== undefined && fits(change.before, namespace, options)
        if (!is && !was) continue
        const type = change.type === 'DELETED' || !is ? 'DELETED' : was ? 'MODIFIED' : 'ADDED'
        yield { type, object: options.project(change.pod), resourceVersion: String(change.version) }
        if (signal?.aborted) return
      }
      await this.#nextChange(seen, signal)
    }
  }

  async patch(
    namespace: string,
    name: string,
    { type, patch }: PodPatch,
    options?: { signal?: AbortSignal },
  ): Promise<Pod> {
    return this.#serve('patch', name, { options: patch }, options?.signal, () => {
      if (type === 'json') throw new Error('the fake server knows no JSON patches')
      const held = this.#held(namespace, name)
      const patched = (type === 'merge' ? mergePatch(held, patch) : withoutNamed(held, patch)) as Pod
      if (patched.metadata?.uid !== held.metadata?.uid) {
        const details = {
          causes: [{ reason: 'FieldValueInvalid', field: 'metadata.uid', message: 'field is immutable' }],
        }
        throw apiError(422, 'Invalid', `Pod "${name}" is invalid: metadata.uid: field is immutable`, { details })
      }
      const stored = this.#store(held, patched)
      const wasKept = held.metadata?.deletionTimestamp !== undefined && held.metadata.finalizers?.length
      if (wasKept && !stored.metadata?.finalizers?.length) this.#takeAwayIfOver(stored)
      return stored
    })
  }

  async delete(namespace: string, name: string, options?: DeleteOptions): Promise<Pod | Status> {
    return this.#serve('delete', name, { options }, options?.signal, () => {
      const held = this.#held(namespace, name)
      if (options?.uid && options.uid !== held.metadata?.uid) {
        const text = `Operation cannot be fulfilled on pods "${name}": Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${held.metadata?.uid}`
        throw apiError(409, 'Conflict', text)
      }
      const isAlive = held.spec?.nodeName !== undefined && !['Succeeded', 'Failed'].includes(held.status?.phase ?? '')
      const marked = this.#store(held, {
        ...held,
        metadata: {
          ...held.metadata,
          deletionTimestamp: this.#timestamp(),
          deletionGracePeriodSeconds: isAlive ? 30 : 0,
        },
      })
      if (!(isAlive && this.#options.slowDeletion) && !held.metadata?.finalizers?.length) this.remove(name)
      return marked
    })
  }

  async *log(_namespace: string, name: string, options?: LogOptions): AsyncIterable<Uint8Array> {
    const text = await this.#serve('log', name, { options }, options?.signal, () => {
      const held = this.logs.get(name)
      if (held === undefined) throw apiError(404, 'NotFound', `pods "${name}" not found`)
      return held
    })
    const tail =
      options?.tailLines === undefined ? text : `${text.trimEnd().split('\n').slice(-options.tailLines).join('\n')}\n`
    yield new TextEncoder().encode(tail)
  }

  // ---- inside

  /** A deleted pod whose last finalizer is gone, and which nothing runs of, is gone too. */
  #takeAwayIfOver(pod: Pod): void {
    const isOver = !pod.spec?.nodeName || ['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')
    if (isOver || !this.#options.slowDeletion) this.remove(nameOf(pod))
  }

  async #serve<T>(
    verb: Verb,
    name: string,
    about: { options?: unknown; body?: Pod },
    signal: AbortSignal | undefined,
    carryOut: () => T,
  ): Promise<T> {
    this.requests.push({ verb, name, ...about })
    const met = this.#faults.find(({ fault }) => fault.verb === verb && (fault.name?.test(name) ?? true))
    if (met && --met.left <= 0) this.#faults = this.#faults.filter((other) => other !== met)
    const fault = met?.fault
    await Promise.resolve()
    if (fault?.gate) await Promise.race([fault.gate, aborted(signal)])
    if (signal?.aborted) throw connectionError('aborted')
    if (fault?.error) throw fault.error
    const answer = carryOut()
    await Promise.resolve()
    if (fault?.loseAnswer) throw connectionError('reset')
    return structuredCloneOf(answer)
  }

  #held(namespace: string, name: string): Pod {
    const held = this.#pods.get(`${namespace}/${name}`)
    if (!held) throw apiError(404, 'NotFound', `pods "${name}" not found`)
    return held
  }

  #store(before: Pod | undefined, pod: Pod): Pod {
    const stored = { ...pod, metadata: { ...pod.metadata, resourceVersion: String(++this.#version) } }
    this.#pods.set(keyOf(stored), stored)
    this.#record(before ? 'MODIFIED' : 'ADDED', stored, before)
    return stored
  }

  #record(type: Change['type'], pod: Pod, before: Pod | undefined): void {
    this.#changes.push({ version: this.#version, type, pod, before })
    for (const wake of [...this.#watchers]) wake()
  }

  async #nextChange(seen: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#version > seen || signal?.aborted) return
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#watchers.delete(wake)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#watchers.add(wake)
      signal?.addEventListener('abort', wake, { once: true })
    })
  }

  #nextUid(): string {
    return `00000000-0000-4000-8000-${String(++this.#uids).padStart(12, '0')}`
  }

  #timestamp(): string {
    return new Date((this.#options.now ?? Date.now)()).toISOString().replace(/\.\d+Z$/, 'Z')
  }
}

const status = { name: 'base', image: 'busybox', imageID: '', ready: false, restartCount: 0 }

/** A refusal as the client throws it. */
export function apiError(
  code: number,
  reason: string,
  message: string,
  extra: { retryAfterMs?: number; details?: Status['details'] } = {},
): KubeApiError {
  const { retryAfterMs, details } = extra
  return new KubeApiError({
    status: {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code,
      reason,
      message,
      ...(details ? { details } : {}),
    },
    httpStatus: code,
    method: 'POST',
    path: '/api/v1/namespaces/default/pods',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

/** A broken connection as the client throws it. */
export function connectionError(kind: KubeConnectionError['kind']): KubeConnectionError {
  return new KubeConnectionError({
    kind,
    server: 'https://127.0.0.1:6443',
    method: 'POST',
    path: '/api/v1/namespaces/default/pods',
    reason: kind,
    mayHaveArrived: kind !== 'refused' && kind !== 'dns',
  })
}

function fits(
  pod: Pod,
  namespace: string | null,
  options: { labelSelector?: string; fieldSelector?: string },
): boolean {
  return (
    (namespace === null || pod.metadata?.namespace === namespace) &&
    matchesLabels(options.labelSelector, pod.metadata?.labels) &&
    matchesFields(options.fieldSelector, { 'status.phase': pod.status?.phase ?? '', 'metadata.name': nameOf(pod) })
  )
}

function nameOf(pod: Pod): string {
  return pod.metadata?.name ?? ''
}

function keyOf(pod: Pod): string {
  return `${pod.metadata?.namespace}/${nameOf(pod)}`
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = mergePatch(result[key], value)
  }
  return result
}

/** As much of strategic merge patches as the executor sends: a merge, in which finalizers and scheduling gates are taken off. */
function withoutNamed(held: Pod, patch: object): unknown {
  const { metadata = {}, spec = {} } = patch as {
    metadata?: Record<string, unknown>
    spec?: { schedulingGates?: readonly { name: string }[] }
  }
  const { '$deleteFromPrimitiveList/finalizers': finalizers = [], ...marks } = metadata
  const left = held.metadata?.finalizers?.filter((name) => !(finalizers as string[]).includes(name))
  const lifted = spec.schedulingGates?.map(({ name }) => name) ?? []
  const gates = held.spec?.schedulingGates?.filter(({ name }) => !lifted.includes(name))
  return mergePatch(held, {
    metadata: { ...marks, ...(left && { finalizers: left.length > 0 ? left : null }) },
    spec: gates ? { schedulingGates: gates.length > 0 ? gates : null } : {},
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function structuredCloneOf<T>(value: T): T {
  return isRecord(value) && 'metadata' in value ? structuredClone(value) : value
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve()
    signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}
