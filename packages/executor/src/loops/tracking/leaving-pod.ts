import type { PodView } from '../../kube/pod-view.ts'
import { OUTCOME_FINALIZER } from '../../pods/protocol-marks.ts'
import type { PodRecord } from './pod-record.ts'

/** A kubelet that is there needs little more than the grace period. */
const SLACK_MS = 30_000

/**
 * Why a pod that is being deleted is not gone, and what helps; null when it is not being deleted. Nothing is launched in
 * its place meanwhile: a node that does not answer may still run it.
 *
 * @param now milliseconds since 1970
 */
export function leavingReason(record: PodRecord, now: number): string | null {
  const { namespace, name, metadata, spec } = record
  const { deletionTimestamp, finalizers: all } = metadata
  if (!deletionTimestamp) return null
  const place = `${namespace}/${name}`
  // The timestamp is when the grace period ends.
  const until = Date.parse(deletionTimestamp)
  if (now < until + SLACK_MS) return `its pod ${place} is being deleted, until ${deletionTimestamp} at the latest`
  const node = spec.nodeName
  const finalizers = all?.filter((name) => name !== OUTCOME_FINALIZER) ?? []
  if (finalizers.length > 0 && (node === undefined || isInTerminalPhase(record))) {
    return `its pod ${place} should be gone since ${deletionTimestamp}: the finalizer ${finalizers.join(', ')} keeps it; who set it has to take it off (kubectl get pod -n ${namespace} ${name} -o yaml)`
  }
  return (
    `its pod ${place} should be gone since ${deletionTimestamp}, and node ${node} does not confirm it: the pod may still run there, so that nothing is launched in its place. ` +
    `When that machine is off for certain: kubectl taint nodes ${node} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute, or kubectl delete node ${node}, or kubectl delete pod -n ${namespace} ${name} --grace-period=0 --force`
  )
}

/**
 * Whether a pod that is being deleted cannot run any more although it is still there: it has no node, and Kubernetes binds
 * no pod that is being deleted. Kubernetes calls it Failed after a while.
 */
export function willNeverRun({ metadata, spec }: PodView): boolean {
  return Boolean(metadata?.deletionTimestamp) && !spec?.nodeName
}

/** Kubernetes' word: no container of it runs. */
function isInTerminalPhase({ status }: PodView): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed'
}
