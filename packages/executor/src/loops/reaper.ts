import type { Clock } from '../clock.ts'
import type { DeleteOptions, PodVerbs } from '../kube/kube-client.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { deletePod, labelPod, type PodReference } from './delete-pod.ts'
import { measuredCall } from './measured-call.ts'
import { WorkQueue } from './work-queue.ts'

/** What is to become of a pod: taken away, or kept and labelled as done so that no watch shows it any more. */
export interface ReapJob extends PodReference {
  readonly uid: string
  readonly action: 'delete' | 'markDone'
  /** The launch was revoked: says so on the pod first, so that other watchers do not take its end for the task's. */
  readonly isRevoked?: boolean
}

interface ReaperOptions {
  readonly pods: PodVerbs
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
  /** For every deletion. Airflow: `delete_option_kwargs`. */
  readonly deleteOptions: DeleteOptions
}

/** As many deletions as an API server does at its best rate. */
const CONCURRENCY = 16

/**
 * Deletes pods, or labels those to be kept, a few at a time and until it has worked (I6). Who enqueues a pod promises that
 * its outcome is committed, or its launch revoked or superseded in the store.
 */
export class Reaper {
  readonly #options: ReaperOptions
  readonly #queue: WorkQueue<ReapJob>
  readonly #pending = new Set<string>()

  constructor(options: ReaperOptions) {
    this.#options = options
    const { clock, random, logger } = options
    this.#queue = new WorkQueue<ReapJob>({
      concurrency: CONCURRENCY,
      clock,
      random,
      work: (job, signal) => this.#reap(job, signal),
      onError: ({ namespace, name }, error, delayMs) => {
        logger.warn('pod cannot be cleaned up yet', { namespace, pod: name, error, delayMs })
        return true
      },
    })
  }

  /** True while the pod with this uid waits for its end here. */
  isPending(uid: string): boolean {
    return this.#pending.has(uid)
  }

  /** A pod that is being deleted already is not deleted twice. */
  enqueue(job: ReapJob): void {
    if (this.#pending.has(job.uid)) return
    this.#pending.add(job.uid)
    this.#queue.push(job)
  }

  idle(options?: { readonly withDelayed?: boolean }): Promise<void> {
    return this.#queue.idle(options)
  }

  stop(): Promise<void> {
    return this.#queue.stop()
  }

  async #reap(job: ReapJob, signal: AbortSignal): Promise<void> {
    const { pods, metrics, clock, deleteOptions } = this.#options
    if (job.action === 'markDone') {
      await measuredCall(metrics, clock, 'pod_patching', () =>
        labelPod(pods, job, { airflow_executor_done: 'True' }, { signal }),
      )
    } else {
      if (job.isRevoked) await this.#markRevoked(job, signal)
      await measuredCall(metrics, clock, 'pod_deletion', () => deletePod(pods, job, { ...deleteOptions, signal }))
    }
    this.#pending.delete(job.uid)
  }

  /** A courtesy to others: without it the deletion goes on all the same. */
  async #markRevoked(job: ReapJob, signal: AbortSignal): Promise<void> {
    const { pods, metrics, clock, logger } = this.#options
    try {
      await measuredCall(metrics, clock, 'pod_patching', () =>
        labelPod(pods, job, { airflow_pod_revoked: 'True' }, { signal }),
      )
    } catch (error) {
      logger.warn('pod cannot be labelled as revoked', { namespace: job.namespace, pod: job.name, error })
    }
  }
}
