import type { DeleteOptions, PodVerbs } from '../../kube/kube-client.ts'
import { KubeApiError } from '../../kube/kube-errors.ts'
import { isConflict, isInvalid, isNotFound } from '../../kube/status-predicates.ts'

/** A pod, named so that no later one of the same name is meant. */
export interface PodReference {
  readonly namespace: string
  readonly name: string
  readonly uid?: string
}

/** Deletes the pod with its uid as precondition. One that is gone, or whose name another pod has by now, is no error. */
export async function deletePod(
  pods: PodVerbs,
  { namespace, name, uid }: PodReference,
  options: DeleteOptions,
): Promise<void> {
  try {
    await pods.delete(namespace, name, { ...options, ...(uid === undefined ? {} : { uid }), metadataOnly: true })
  } catch (error) {
    if (!isNotFound(error) && !(uid !== undefined && isConflict(error))) throw error
  }
}

/** Sets labels on the pod, provided that it is still the one meant; one that is gone is no error. */
export async function labelPod(
  pods: PodVerbs,
  { namespace, name, uid }: PodReference,
  labels: Readonly<Record<string, string>>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  // The uid in a patch's metadata is as good as a precondition: Kubernetes refuses to change it.
  const metadata = { ...(uid === undefined ? {} : { uid }), labels }
  const patch = { type: 'merge', patch: { metadata } } as const
  await ifStillThere(() => pods.patch(namespace, name, patch, { ...options, metadataOnly: true }))
}

/** Carries out a patch that names the pod's uid; that the pod is gone, or another has its name by now, is no error. */
export async function ifStillThere(patch: () => Promise<unknown>): Promise<void> {
  try {
    await patch()
  } catch (error) {
    if (!isNotFound(error) && !isOtherUid(error)) throw error
  }
}

/** A patch that names the uid of another pod than the one that has the name: 422 for `metadata.uid`, or 409. */
function isOtherUid(error: unknown): boolean {
  if (isConflict(error)) return true
  const causes = error instanceof KubeApiError ? (error.status.details?.causes ?? []) : []
  return isInvalid(error) && causes.some(({ field }) => field === 'metadata.uid')
}
