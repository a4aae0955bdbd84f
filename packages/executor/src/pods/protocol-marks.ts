import type { PodView } from '../kube/pod-view.ts'
import type { Pod } from '../kube/types.ts'

/** Keeps a pod whose end is not recorded yet, whoever deletes it. */
export const OUTCOME_FINALIZER = 'davit/outcome'
/** Keeps a pod from every node until the store has bound it to its launch. */
export const LAUNCH_GATE = 'davit/launch'

/** What of the launch protocol a pod carries. */
export interface ProtocolMarks {
  readonly outcomeFinalizer: boolean
  readonly launchGate: boolean
}

/** The pod with these marks and without others of ours, which no template, override or hook can set or take away (I12). */
export function withProtocolMarks(pod: Pod, { outcomeFinalizer, launchGate }: ProtocolMarks): Pod {
  const { finalizers: givenFinalizers, ...metadata } = pod.metadata ?? {}
  const { schedulingGates: givenGates, ...spec } = pod.spec ?? { containers: [] }
  const finalizers = (givenFinalizers ?? []).filter((name) => name !== OUTCOME_FINALIZER)
  const schedulingGates = (givenGates ?? []).filter(({ name }) => name !== LAUNCH_GATE)
  if (outcomeFinalizer) finalizers.push(OUTCOME_FINALIZER)
  if (launchGate) schedulingGates.push({ name: LAUNCH_GATE })
  return {
    ...pod,
    metadata: { ...metadata, ...(finalizers.length > 0 && { finalizers }) },
    spec: { ...spec, ...(schedulingGates.length > 0 && { schedulingGates }) },
  }
}

export function hasOutcomeFinalizer({ metadata }: PodView): boolean {
  return metadata?.finalizers?.includes(OUTCOME_FINALIZER) ?? false
}

export function hasLaunchGate({ spec }: PodView): boolean {
  return spec?.schedulingGates?.some(({ name }) => name === LAUNCH_GATE) ?? false
}
