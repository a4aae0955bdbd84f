import { type Clock, sleep, type Timer } from '../../clock.ts'
import type { ResourceVerbs } from '../../kube/kube-client.ts'
import { KubeApiError } from '../../kube/kube-errors.ts'
import { isForbidden, retryAfterMs } from '../../kube/status-predicates.ts'
import type { LogFields, Logger } from '../../logger.ts'
import { Backoff } from '../../watch/backoff.ts'
import { interruptionCause } from '../../watch/interruption-cause.ts'
import type { QuotaStatus, Quotas } from './quota-room.ts'

interface QuotaWatchesOptions {
  /** Absent: nothing is watched. */
  readonly resources?: Pick<ResourceVerbs, 'watch'> | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  /** What the namespace's quotas say of themselves has changed; null: that is not known any more. */
  readonly onQuotas: (namespace: string, quotas: Quotas | null) => void
}

interface Quota {
  readonly metadata: { readonly name: string }
  readonly status?: Partial<QuotaStatus>
}

interface QuotaWatch {
  readonly stopping: AbortController
  readonly done: Promise<void>
  quotas: Quotas | null
  /** Ends it, as nobody wants it at present. */
  lingering: Timer | null
}

const WATCH_SECONDS = 600
/** A namespace whose quota was used up is likely to use it up again. */
const LINGER_MS = 60_000
/** A permission may be granted; until then what room there is is found by trial. */
const FORBIDDEN_MS = 300_000

/** Watches the quotas of namespaces that have refused creates, so that room is used the moment that Kubernetes counts it. */
export class QuotaWatches {
  readonly #options: QuotaWatchesOptions
  readonly #watches = new Map<string, QuotaWatch>()
  /** Namespaces of which it was said that we may not. */
  readonly #forbidden = new Set<string>()

  constructor(options: QuotaWatchesOptions) {
    this.#options = options
  }

  /** Watches these namespaces, and lets go of others after a while. Costs little when nothing has changed. */
  want(namespaces: ReadonlySet<string>): void {
    const { resources, clock } = this.#options
    if (!resources) return
    for (const namespace of namespaces) {
      const watch = this.#watches.get(namespace)
      if (!watch) this.#watches.set(namespace, this.#begin(resources, namespace))
      else if (watch.lingering) {
        watch.lingering.cancel()
        watch.lingering = null
      }
    }
    for (const [namespace, watch] of this.#watches) {
      if (namespaces.has(namespace)) continue
      watch.lingering ??= clock.setTimeout(() => {
        this.#watches.delete(namespace)
        watch.stopping.abort()
        this.#options.onQuotas(namespace, null)
      }, LINGER_MS)
    }
  }

  /** Null: not known. */
  quotasOf(namespace: string): Quotas | null {
    return this.#watches.get(namespace)?.quotas ?? null
  }

  async stop(): Promise<void> {
    const watches = [...this.#watches.values()]
    this.#watches.clear()
    for (const { stopping, lingering } of watches) {
      lingering?.cancel()
      stopping.abort()
    }
    await Promise.all(watches.map(({ done }) => done))
  }

  #begin(resources: Pick<ResourceVerbs, 'watch'>, namespace: string): QuotaWatch {
    const stopping = new AbortController()
    const done = this.#run(resources, namespace, stopping.signal)
    return { stopping, done, quotas: null, lingering: null }
  }

  #tell(namespace: string, quotas: Quotas | null): void {
    const watch = this.#watches.get(namespace)
    if (watch) watch.quotas = quotas
    this.#options.onQuotas(namespace, quotas)
  }

  async #run(resources: Pick<ResourceVerbs, 'watch'>, namespace: string, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options
    const backoff = new Backoff({ initialMs: 1_000, maxMs: 60_000, random })
    while (!signal.aborted) {
      let delayMs = 0
      try {
        if (await this.#watch(resources, namespace, signal)) backoff.reset()
        else delayMs = backoff.next()
      } catch (error) {
        delayMs = isForbidden(error) ? FORBIDDEN_MS : backoff.next(retryAfterMs(error))
        const fields = { namespace, cause: interruptionCause(error), error, delayMs }
        if (!signal.aborted) this.#say(fields)
      }
      if (signal.aborted) return
      this.#tell(namespace, null)
      await sleep(clock, delayMs, signal)
    }
  }

  /** What has to be granted is said once, as for everything that may be missing. */
  #say(fields: LogFields & { readonly namespace: string }): void {
    const { logger } = this.#options
    const isNews = fields.cause === 'rbac' && !this.#forbidden.has(fields.namespace)
    if (isNews) this.#forbidden.add(fields.namespace)
    logger[isNews ? 'warn' : 'debug']('quotas are not watched: room in them is found by trial', fields)
  }

  /** One watch, which begins with what is there. Resolves to whether it said anything. */
  async #watch(resources: Pick<ResourceVerbs, 'watch'>, namespace: string, signal: AbortSignal): Promise<boolean> {
    const quotas = new Map<string, QuotaStatus | null>()
    const path = { resource: 'resourcequotas', namespace }
    let isHeard = false
    for await (const event of resources.watch<Quota>(path, { signal, timeoutSeconds: WATCH_SECONDS })) {
      if (signal.aborted) return isHeard
      if (event.type === 'ERROR') throw refused(event.status, namespace)
      isHeard = true
      if (event.type === 'BOOKMARK') continue
      const { metadata, status = {} } = event.object
      if (event.type === 'DELETED') quotas.set(metadata.name, null)
      else quotas.set(metadata.name, { hard: status.hard ?? {}, used: status.used ?? {} })
      this.#tell(namespace, quotas)
    }
    return isHeard
  }
}

function refused(status: ConstructorParameters<typeof KubeApiError>[0]['status'], namespace: string): KubeApiError {
  const path = `/api/v1/namespaces/${namespace}/resourcequotas`
  return new KubeApiError({ status, httpStatus: status.code ?? 500, method: 'WATCH', path })
}
