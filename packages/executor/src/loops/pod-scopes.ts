import { type Clock, sleep, type Timer } from '../clock.ts'
import type { PodVerbs } from '../kube/kube-client.ts'
import type { Logger } from '../logger.ts'
import type { ResourceVersion } from '../resource-version.ts'
import type { Notice } from '../watch/notice.ts'
import { Reflector } from '../watch/reflector.ts'
import type { LaunchStore } from './launch-store.ts'
import { type PodRecord, projectPod } from './pod-record.ts'

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
  #timer: Timer | null = null
  #saving: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(options: PodScopesOptions) {
    const { scopes, resourceVersion, store, clock, ...shared } = options
    this.#options = options
    this.#reflectors = scopes.map((scope) => {
      const namespace = scope ?? ''
      const start = resourceVersion.resourceVersion.get(namespace)
      const reflector = new Reflector<PodRecord>({
        ...shared,
        clock,
        namespace: scope,
        project: projectPod,
        ...(start === undefined ? {} : { startResourceVersion: start }),
        onNotice: (notice) => {
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

  /** Why the pods of a namespace are not seen at present; null when they are. */
  blindness(namespace: string): string | null {
    const scope = this.#reflectors.find((each) => each.namespace === namespace || each.namespace === '')
    const { state, lastError, lastActivityAt } = scope?.reflector.status ?? {}
    if (state !== 'waiting' || !lastError || lastError.at < (lastActivityAt ?? 0)) return null
    return lastError.error instanceof Error ? lastError.error.message : String(lastError.error)
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
