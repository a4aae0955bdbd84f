import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { PodVerbs, RequestOptions } from '../../kube/kube-client.ts'
import { OUTCOME_FINALIZER } from '../../pods/protocol-marks.ts'
import type { LaunchStore } from '../launch-store.ts'
import type { LaunchWishes } from '../workload.ts'
import { ifStillThere, type PodReference } from './delete-pod.ts'

/**
 * Whether the pods of a workload keep their end until it is recorded. A store whose memory ends with the process could
 * leave pods that nobody frees, so with one they never do.
 */
export function wantsOutcomeFinalizer(
  { outcomeFinalizer }: Pick<LaunchWishes, 'outcomeFinalizer'>,
  config: Pick<ExecutorConfig, 'outcomeFinalizer'>,
  store: Pick<LaunchStore, 'isVolatile'>,
): boolean {
  return !store.isVolatile && (outcomeFinalizer ?? config.outcomeFinalizer ?? true)
}

/**
 * Takes the finalizer `davit/outcome` off a pod, and sets labels in the same request: its end is recorded, or nobody will
 * ever record it. One that was deleted before goes then. Other finalizers stay. A pod that has none of ours, is gone, or
 * whose name another pod has by now (with `uid`), is no error. May be repeated.
 */
export async function takeOffOutcomeFinalizer(
  pods: Pick<PodVerbs, 'patch'>,
  { namespace, name, uid }: PodReference,
  { labels, ...options }: RequestOptions & { readonly labels?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const metadata = {
    // As good as a precondition: Kubernetes refuses to change it.
    ...(uid !== undefined && { uid }),
    ...(labels && { labels }),
    // A merge patch would have to name all the others, which may change meanwhile.
    '$deleteFromPrimitiveList/finalizers': [OUTCOME_FINALIZER],
  }
  const patch = { type: 'strategic', patch: { metadata } } as const
  await ifStillThere(() => pods.patch(namespace, name, patch, { ...options, metadataOnly: true }))
}
