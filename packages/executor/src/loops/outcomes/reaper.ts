import type { Clock } from '../../clock.ts'
import type { DeleteOptions, PodVerbs } from '../../kube/kube-client.ts'
import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../metrics.ts'
import { EXECUTOR_DONE_LABEL, POD_REVOKED_LABEL } from '../../pods/identity-marks.ts'
import { hasOutcomeFinalizer } from '../../pods/protocol-marks.ts'
import { measuredCall } from '../measured-call.ts'
import type { PodRecord } from '../tracking/pod-record.ts'
import { WorkQueue } from '../work-queue.ts'
import { deletePod, labelPod, type PodReference } from './delete-pod.ts'
import { takeOffOutcomeFinalizer } from './outcome-finalizer.ts'

/** What is to become of a pod: taken away, or kept and labelled as done so that no watch shows it any more. */
export interface ReapJob extends PodReference {
  readonly uid: string
  readonly action: 'delete' | 'markDone'
  /** The launch was revoked: says so on the pod first, so that other watchers do not take its end for the task's. */
  readonly isRevoked?: boolean
  /** False: the pod has no finalizer of ours. Absent: it may have one. */
  readonly hasFinalizer?: boolean
}

/** The pod of a record, for a job. */
export function referenceTo(record: PodRecord): Pick<ReapJob, 'namespace' | 'name' | 'uid' | 'hasFinalizer'> {
  const { namespace, name, uid } = record
  return { namespace, name, uid, ...finalizerOf(record) }
}

/** What was seen of the pod's finalizer; nothing when it was not seen. */
export function finalizerOf(record: PodRecord | null | undefined): Pick<ReapJob, 'hasFinalizer'> {
  return record ? { hasFinalizer: hasOutcomeFinalizer(record) } : {}
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
    if (job.action === 'markDone') await this.#mark(job, EXECUTOR_DONE_LABEL, signal)
    else await this.#delete(job, signal)
    this.#pending.delete(job.uid)
  }

  async #delete(job: ReapJob, signal: AbortSignal): Promise<void> {
    const { pods, metrics, clock, deleteOptions } = this.#options
    const mustBeFreed = job.hasFinalizer !== false
    let refusal: { readonly error: unknown } | null = null
    if (mustBeFreed || job.isRevoked) {
      try {
        await this.#mark(job, job.isRevoked ? POD_REVOKED_LABEL : null, signal)
      } catch (error) {
        if (signal.aborted) throw error
        refusal = { error }
      }
    }
    await measuredCall(metrics, clock, 'pod_deletion', () => deletePod(pods, job, { ...deleteOptions, signal }))
    if (!refusal) return
    // The deletion has ended what runs, and our finalizer would keep the rest of it.
    if (mustBeFreed) throw refusal.error
    // The label alone is a courtesy to others.
    const { namespace, name: pod } = job
    this.#options.logger.warn('pod cannot be labelled as revoked', { namespace, pod, ...refusal })
  }

  /** The label and the end of our finalizer in one request. */
  async #mark(job: ReapJob, label: string | null, signal: AbortSignal): Promise<void> {
    const { pods, metrics, clock } = this.#options
    const labels = label === null ? {} : { [label]: 'True' }
    await measuredCall(metrics, clock, 'pod_patching', () =>
      job.hasFinalizer === false
        ? labelPod(pods, job, labels, { signal })
        : takeOffOutcomeFinalizer(pods, job, { labels, signal }),
    )
  }
}
