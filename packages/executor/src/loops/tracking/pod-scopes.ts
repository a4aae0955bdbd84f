import { type Clock, sleep, type Timer } from '../../clock.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import type { PodView } from '../../kube/pod-view.ts'
import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../metrics.ts'
import type { ResourceVersion } from '../../resource-version.ts'
import { interruptionCause } from '../../watch/interruption-cause.ts'
import type { Notice } from '../../watch/notice.ts'
import { Reflector } from '../../watch/reflector.ts'
import type { ReflectorObserver } from '../../watch/reflector-status.ts'
import { scopeTag } from '../executor-gauges.ts'
import type { WatchedScope } from '../executor-state.ts'
import type { LaunchStore } from '../launch-store.ts'
import type { Troubles } from '../troubles.ts'
import type { PodRecord } from './pod-record.ts'
import { PoisonPods } from './poison-pods.ts'

interface PodScopesOptions {
  readonly pods: PodVerbs
  /** One reflector for each; null: all namespaces. */
  readonly scopes: readonly (string | null)[]
  readonly labelSelector: string
  readonly resyncSeconds: number
  readonly resourceVersion: ResourceVersion
  readonly store: LaunchStore
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  readonly troubles: Troubles
  /** What the caches keep of a pod. */
  readonly project: (pod: PodView) => PodRecord
  readonly onNotice: (notice: Notice<PodRecord>) => void
}

/** Often enough that a restart has little to catch up, rarely enough that the store does not notice. */
const SAVE_MS = 5_000
/** A stop waits no longer for it: without it the next start lists, and is as well. */
const LAST_SAVE_MS = 2_000

/** The reflectors of all watched scopes, and the versions that they have reached, kept in the store. */
export class PodScopes {
  readonly #options: PodScopesOptions
  readonly #reflectors: readonly { readonly namespace: string; readonly reflector: Reflector<PodRecord> }[]
  readonly poison: PoisonPods
  #timer: Timer | null = null
  #saving: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(options: PodScopesOptions) {
    const { scopes, resourceVersion, store, clock, metrics, troubles, ...shared } = options
    this.#options = options
    this.poison = new PoisonPods(options.logger)
    this.#reflectors = scopes.map((scope) => {
      const namespace = scope ?? ''
      const start = resourceVersion.resourceVersion.get(namespace)
      const reflector = new Reflector<PodRecord>({
        ...shared,
        clock,
        namespace: scope,
        listByWatch: true,
        observer: observerOf(scope, { metrics, troubles }),
        ...(start === undefined ? {} : { startResourceVersion: start }),
        onNotice: (notice) => {
          this.poison.notice(notice)
          options.onNotice(notice)
          this.#saveSoon()
        },
      })
      return { namespace, reflector }
    })
  }

  start(): void {
    for (const { reflector } of this.#reflectors) reflector.start()
  }

  /** True once every scope was listed; false when stopped before. */
  async synced(): Promise<boolean> {
    const synced = await Promise.all(this.#reflectors.map(({ reflector }) => reflector.synced))
    return synced.every(Boolean)
  }

  /** Resolves once every scope was listed, or waits because that could not be done. */
  async tried(): Promise<void> {
    await Promise.all(this.#reflectors.map(({ reflector }) => reflector.tried))
  }

  /** Every pod in the caches, as last seen. */
  *records(): IterableIterator<PodRecord> {
    for (const { reflector } of this.#reflectors) yield* reflector.store.values()
  }

  /** The pod of that name as last seen. */
  record(namespace: string, name: string): PodRecord | undefined {
    for (const { reflector } of this.#reflectors) {
      const record = reflector.store.get(namespace, name)
      if (record) return record
    }
    return undefined
  }

  /** How each watch is doing. */
  state(): WatchedScope[] {
    const now = this.#options.clock.now()
    return this.#reflectors.map(({ namespace, reflector }) => {
      const { lastActivityAt, lastError, state, since, resourceVersion, relists, restarts, handlerErrors } =
        reflector.status
      return {
        namespace: namespace === '' ? null : namespace,
        state,
        since,
        staleSeconds: lastActivityAt === null ? null : Math.max(0, now - lastActivityAt) / 1000,
        lastError: lastError && {
          cause: interruptionCause(lastError.error),
          message: messageOf(lastError.error),
          at: lastError.at,
        },
        resourceVersion,
        pods: reflector.store.size,
        relists,
        restarts,
        handlerErrors,
      }
    })
  }

  /** Why the pods of a namespace are not seen at present; null when they are. */
  blindness(namespace: string): string | null {
    const scope = this.#reflectors.find((each) => each.namespace === namespace || each.namespace === '')
    const { state, lastError, lastActivityAt } = scope?.reflector.status ?? {}
    if (state !== 'waiting' || !lastError || lastError.at < (lastActivityAt ?? 0)) return null
    return messageOf(lastError.error)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    await Promise.all(this.#reflectors.map(({ reflector }) => reflector.stop()))
    const done = new AbortController()
    await Promise.race([this.#save(), sleep(this.#options.clock, LAST_SAVE_MS, done.signal)])
    done.abort()
  }

  #saveSoon(): void {
    if (this.#timer || this.#isStopped || this.#options.store.isVolatile) return
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = null
      void this.#save()
    }, SAVE_MS)
  }

  #save(): Promise<void> {
    const { resourceVersion, store, logger } = this.#options
    for (const { namespace, reflector } of this.#reflectors) {
      if (reflector.resourceVersion !== '') resourceVersion.set(namespace, reflector.resourceVersion)
    }
    const versions = new Map(resourceVersion.resourceVersion)
    const save = async () => {
      try {
        await store.resourceVersions.save(versions)
      } catch (error) {
        // Without it a restart lists and has less to tell of what went meanwhile: no reason to stop.
        logger.warn('resource versions cannot be saved', { error })
      }
    }
    this.#saving = this.#saving.then(save)
    return this.#saving
  }
}

/** What a watch goes through, as metrics and troubles. */
function observerOf(
  scope: string | null,
  { metrics, troubles }: { readonly metrics: Metrics; readonly troubles: Troubles },
): ReflectorObserver {
  const namespace = scopeTag(scope)
  const source = `watch of ${namespace}`
  return {
    listed({ cause, durationMs }) {
      metrics.increment('davit_executor.watch_lists', { namespace, cause })
      metrics.timing('davit_executor.watch_list_duration', durationMs, { namespace })
    },
    restarted: (cause) => metrics.increment('davit_executor.watch_restarts', { namespace, cause }),
    troubled: ({ cause, error, nextTryAt }) => troubles.report(source, cause, { message: messageOf(error), nextTryAt }),
    recovered: () => troubles.over(source),
    handlerFailed: () => metrics.increment('davit_executor.watch_handler_errors', { namespace }),
    unreadable: () => metrics.increment('davit_executor.unreadable_pods', { namespace }),
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
