import type { PodVerbs } from '../../kube/kube-client.ts'
import type { PodView } from '../../kube/pod-view.ts'
import { isConflict, isInvalid, isNotFound } from '../../kube/status-predicates.ts'
import type { Pod } from '../../kube/types.ts'
import type { Failure } from '../../pods/failure.ts'
import {
  DEPLOYMENT_LABEL,
  EXECUTOR_DONE_LABEL,
  LAUNCH_ANNOTATION,
  LAUNCH_LABEL,
  OWNER_LABEL,
  POD_REVOKED_LABEL,
} from '../../pods/identity-marks.ts'
import { hasOutcomeFinalizer } from '../../pods/protocol-marks.ts'
import { hasEnded } from '../tracking/pod-ending.ts'
import { type Refusal, refusalOf } from './refusal.ts'

/** What came of a create (I1). */
export type CreateResult =
  /** Ours: just created, or found alive or ended under the name. */
  | { readonly kind: 'ours'; readonly pod: PodView; readonly found: boolean }
  /** Ours, and on its way out without our doing: the name is free when it is gone. */
  | { readonly kind: 'leaving'; readonly pod: PodView }
  /** Ours, ended and accounted for: the try needs a launch with another number. */
  | { readonly kind: 'done'; readonly pod: PodView }
  /** The name belongs to someone else. */
  | { readonly kind: 'foreign'; readonly failure: Failure }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly error: unknown; readonly isAbsent?: true }

/** Every pod begins so. What admission has changed of its spec the watch shows, moments later. */
const NEW: PodView['status'] = { phase: 'Pending' }

interface CreatePodOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /**
   * The create may have been carried out before: its answer was lost, or an executor that is gone had sent it. Admission
   * refuses before it looks at the name, so that a quota that the pod itself has used up would hide it for ever.
   */
  readonly mayExist?: boolean
  /** A pod that another executor has created gets our name, by which our watch goes in `label` mode. @default true */
  readonly claimsPods?: boolean
  /** True for the uid of a pod whose outcome is known already, and which only waits for its deletion. */
  readonly isAccounted: (uid: string) => boolean
}

/**
 * Creates the pod of a launch. Its name belongs to the launch alone, so a repetition after a lost answer finds the pod of
 * the first create and takes it, and a second pod cannot come about.
 */
export async function createPod(pods: PodVerbs, pod: Pod, options: CreatePodOptions): Promise<CreateResult> {
  const { isAccounted: _, claimsPods: __, mayExist = false, ...request } = options
  try {
    const metadataOnly = true
    const created = await pods.create(namespaceOf(pod), pod, { ...request, fieldValidation: 'Strict', metadataOnly })
    const { metadata, spec = pod.spec, status = NEW } = created
    return { kind: 'ours', pod: { metadata, spec, status }, found: false }
  } catch (error) {
    const refusal = refusalOf(error)
    const refused = { kind: 'refused', refusal, error } as const
    if (refusal.action === 'identify') {
      // Gone between two of the requests: the name is free now, or another pod's.
      const taken = { ...refusal, action: 'wait' } as const
      return identify(pods, pod, options, (why) =>
        isElsewhere(why)
          ? { kind: 'refused', refusal: taken, error: why }
          : { kind: 'refused', refusal: refusalOf(why), error: why },
      )
    }
    if (!mayExist || (refusal.action !== 'wait' && refusal.action !== 'fail')) return refused
    return identify(pods, pod, options, (why) => (isNotFound(why) ? { ...refused, isAbsent: true } : refused))
  }
}

/** The pod went, or became another's, while it was looked at. */
function isElsewhere(error: unknown): boolean {
  return isNotFound(error) || isInvalid(error) || isConflict(error)
}

/** Gets the pod that has the name, and sees whose it is. */
async function identify(
  pods: PodVerbs,
  wanted: Pod,
  { isAccounted, claimsPods = true, mayExist: _, ...request }: CreatePodOptions,
  otherwise: (error: unknown) => CreateResult,
): Promise<CreateResult> {
  try {
    const found = await pods.get(namespaceOf(wanted), wanted.metadata?.name ?? '', request)
    if (!isOfLaunch(found, wanted)) return { kind: 'foreign', failure: foreignFailure(found, wanted) }
    const { labels, uid } = found.metadata ?? {}
    if (labels?.[EXECUTOR_DONE_LABEL] !== undefined && hasEnded(found)) return { kind: 'done', pod: found }
    if (isLeaving(found) || isAccounted(uid ?? '')) return { kind: 'leaving', pod: found }
    return { kind: 'ours', pod: claimsPods ? await ownedPod(pods, found, wanted, request) : found, found: true }
  } catch (error) {
    return otherwise(error)
  }
}

/** The pod with our name on it: its create may have been sent by an executor that is gone, and our watch goes by the owner. */
async function ownedPod(
  pods: PodVerbs,
  found: Pod,
  wanted: Pod,
  request: Pick<CreatePodOptions, 'signal' | 'timeoutMs'>,
): Promise<PodView> {
  const owner = wanted.metadata?.labels?.[OWNER_LABEL]
  if (owner === undefined || found.metadata?.labels?.[OWNER_LABEL] === owner) return found
  const { name = '', uid } = found.metadata ?? {}
  const patch = { metadata: { uid, labels: { [OWNER_LABEL]: owner } } }
  return await pods.patch(namespaceOf(wanted), name, { type: 'merge', patch }, request)
}

/** On its way out without our having to do anything; one that our finalizer keeps is there to tell us its end. */
function isLeaving(pod: Pod): boolean {
  const { deletionTimestamp, labels } = pod.metadata ?? {}
  return deletionTimestamp !== undefined && !(hasOutcomeFinalizer(pod) && labels?.[POD_REVOKED_LABEL] === undefined)
}

/** Whether the pod is that of the wanted one's launch: same deployment, same launch, by label and by annotation. */
function isOfLaunch(found: Pod, wanted: Pod): boolean {
  const ours = wanted.metadata?.labels ?? {}
  const theirs = found.metadata?.labels ?? {}
  return (
    ours[LAUNCH_LABEL] !== undefined &&
    theirs[DEPLOYMENT_LABEL] === ours[DEPLOYMENT_LABEL] &&
    theirs[LAUNCH_LABEL] === ours[LAUNCH_LABEL] &&
    found.metadata?.annotations?.[LAUNCH_ANNOTATION] === wanted.metadata?.annotations?.[LAUNCH_ANNOTATION]
  )
}

function foreignFailure(found: Pod, wanted: Pod): Failure {
  const theirs = found.metadata?.labels?.[LAUNCH_LABEL]
  const ours = wanted.metadata?.labels?.[LAUNCH_LABEL]
  const whose = theirs === undefined ? 'a pod that no launch of ours made' : `launch ${theirs}`
  const deployment = found.metadata?.labels?.[DEPLOYMENT_LABEL]
  return {
    class: 'config',
    evidence: `metadata.labels[${LAUNCH_LABEL}]=${theirs ?? ''}`,
    message:
      `pod ${namespaceOf(wanted)}/${wanted.metadata?.name} of launch ${ours} cannot be created: its name belongs to ${whose}` +
      `${deployment === undefined ? '' : ` of deployment ${deployment}`} (uid ${found.metadata?.uid}); it was left alone`,
  }
}

function namespaceOf(pod: Pod): string {
  return pod.metadata?.namespace ?? ''
}
