import type { PodView } from '../../kube/pod-view.ts'
import type { Refusal } from './refusal.ts'

/** Why a launch waits, for people. */
export function refusalText(refusal: Refusal, waitMs: number): string {
  const next = waitMs > 0 ? `next try in ${Math.ceil(waitMs / 1000)} s` : 'being tried again'
  return `refused (${refusal.cause}): ${refusal.message}; ${next}`
}

/** The earlier pod of the launch is still there. */
export function leavingRefusal(pod: PodView): Refusal {
  return {
    action: 'wait',
    cause: 'earlier-pod',
    scope: 'launch',
    failureClass: 'infrastructure',
    evidence: `metadata.uid=${pod.metadata?.uid}`,
    message: `the earlier pod ${pod.metadata?.namespace}/${pod.metadata?.name} (uid ${pod.metadata?.uid}) of this launch is still being deleted`,
    backoff: { initialMs: 250, maxMs: 5_000 },
  }
}

/** The store did not answer. */
export function storeRefusal(error: unknown): Refusal {
  return {
    action: 'wait',
    cause: 'store',
    scope: 'launch',
    failureClass: 'infrastructure',
    evidence: `error=${error instanceof Error ? error.name : typeof error}`,
    message: `the launch cannot be recorded: ${error instanceof Error ? error.message : String(error)}`,
    backoff: { initialMs: 250, maxMs: 15_000 },
  }
}
