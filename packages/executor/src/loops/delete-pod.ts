import type { DeleteOptions, PodVerbs } from '../kube/kube-client.ts'
import { isConflict, isNotFound } from '../kube/status-predicates.ts'

/** A pod, named so that no later one of the same name is meant. */
export interface PodIdentity {
  readonly namespace: string
  readonly name: string
  readonly uid?: string
}

/** Deletes the pod with its uid as precondition. One that is gone, or whose name another pod has by now, is no error. */
export async function deletePod(
  pods: PodVerbs,
  { namespace, name, uid }: PodIdentity,
  options: DeleteOptions,
): Promise<void> {
  try {
    await pods.delete(namespace, name, { ...options, ...(uid === undefined ? {} : { uid }) })
  } catch (error) {
    if (!isNotFound(error) && !(uid !== undefined && isConflict(error))) throw error
  }
}

/** Sets labels on the pod, provided that it is still the one meant; one that is gone is no error. */
export async function labelPod(
  pods: PodVerbs,
  { namespace, name, uid }: PodIdentity,
  labels: Readonly<Record<string, string>>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  // The uid in a patch's metadata is a precondition: Kubernetes refuses to change it.
  const metadata = { ...(uid === undefined ? {} : { uid }), labels }
  try {
    await pods.patch(namespace, name, { type: 'merge', patch: { metadata } }, options)
  } catch (error) {
    if (!isNotFound(error) && !(uid !== undefined && isConflict(error))) throw error
  }
}
