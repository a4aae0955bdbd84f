import {
  isConflict,
  isNotFound,
  type KubeClient,
  OUTCOME_FINALIZER,
  type PodView,
  takeOffOutcomeFinalizer,
} from '@davit/executor'
import { type CleanupAges, cleanupDecision } from './cleanup-decision.ts'
import { podPages, podSelector } from './pod-pages.ts'

/** What was done with one pod. */
export interface CleanedPod {
  readonly namespace: string
  readonly name: string
  readonly phase: string
  readonly action: 'deleted' | 'kept' | 'failed'
  readonly reason: string
}

export interface CleanupOptions extends CleanupAges {
  readonly kube: Pick<KubeClient, 'pods'>
  /** Null: all. */
  readonly namespaces: readonly (string | null)[]
  /** Only pods of this one. */
  readonly deployment: string | undefined
  /** Nothing is done, and the same is told. */
  readonly dryRun: boolean
  /** Take {@link OUTCOME_FINALIZER} off what is deleted or is being deleted: the executor that waits for it is gone. */
  readonly forgetOutcomes: boolean
}

/** So many deletions at a time. */
const AT_A_TIME = 16

/**
 * Deletes pods of tasks that nobody needs any more: Airflow's `cleanup-pods`. Each with its uid as precondition; what cannot
 * be deleted is told, and the rest goes on.
 */
export async function* cleanupPods(options: CleanupOptions): AsyncGenerator<CleanedPod, void, undefined> {
  const { kube, namespaces, deployment } = options
  for (const namespace of namespaces) {
    for await (const page of podPages(kube, namespace, podSelector(deployment))) {
      for (let first = 0; first < page.length; first += AT_A_TIME) {
        yield* await Promise.all(page.slice(first, first + AT_A_TIME).map((pod) => cleanPod(pod, options)))
      }
    }
  }
}

async function cleanPod(pod: PodView, options: CleanupOptions): Promise<CleanedPod> {
  const { namespace = '', name = '', finalizers = [], deletionTimestamp } = pod.metadata ?? {}
  const told = { namespace, name, phase: pod.status?.phase ?? '' }
  const { action, reason } = cleanupDecision(pod, options)
  const isHeld = options.forgetOutcomes && finalizers.includes(OUTCOME_FINALIZER)
  const releases = isHeld && (action === 'delete' || deletionTimestamp !== undefined)
  if (action === 'keep' && !releases) return { ...told, action: 'kept', reason }
  const rest = releases
    ? `; its finalizer ${OUTCOME_FINALIZER} was taken off`
    : finalizers.includes(OUTCOME_FINALIZER)
      ? `; it goes when its executor has recorded its end (${OUTCOME_FINALIZER})`
      : ''
  const done = `${reason}${rest}`
  if (options.dryRun) return { ...told, action: 'deleted', reason: done }
  try {
    if (deletionTimestamp === undefined) await remove(pod, options)
    if (releases) await release(pod, options)
    return { ...told, action: 'deleted', reason: done }
  } catch (error) {
    return { ...told, action: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

/** One that is gone, or whose name another pod has by now, is no trouble. */
async function remove({ metadata }: PodView, { kube }: CleanupOptions): Promise<void> {
  const { namespace = '', name = '', uid } = metadata ?? {}
  try {
    await kube.pods.delete(namespace, name, uid === undefined ? {} : { uid })
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error
  }
}

function release({ metadata }: PodView, { kube }: CleanupOptions): Promise<void> {
  const { namespace = '', name = '', uid } = metadata ?? {}
  return takeOffOutcomeFinalizer(kube.pods, { namespace, name, ...(uid !== undefined && { uid }) })
}
