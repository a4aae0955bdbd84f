import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { PodView } from '../../kube/pod-view.ts'
import type { Failure, FailureClass } from '../../pods/failure.ts'
import { fatalWaits } from '../../pods/fatal-waiting.ts'
import { type PendingStage, pendingStage } from './pending-stage.ts'

/** A limit that a pending pod is under at present. */
export interface PendingLimit {
  /** The same label, the same clock: a stage, or a fatal reason in its grace. */
  readonly label: string
  readonly limitMs: number
  readonly failure: Failure
}

type Limits = Pick<
  ExecutorConfig,
  | 'unscheduledSeconds'
  | 'pullingSeconds'
  | 'initialisingSeconds'
  | 'creatingSeconds'
  | 'fatalReasonGraceSeconds'
  | 'workerPodPendingFatalContainerStateReasons'
>

const STAGES: Readonly<
  Record<
    PendingStage,
    { readonly option: (keyof Limits & `${string}Seconds`) | null; readonly class: FailureClass; readonly said: string }
  >
> = {
  // Whoever set a gate decides how long: no node is being looked for.
  gated: { option: null, class: 'capacity', said: 'its scheduling gates were not lifted' },
  unscheduled: { option: 'unscheduledSeconds', class: 'capacity', said: 'no node took the pod' },
  pulling: { option: 'pullingSeconds', class: 'config', said: 'its image was not pulled' },
  initialising: { option: 'initialisingSeconds', class: 'deadline', said: 'its init containers did not end' },
  creating: { option: 'creatingSeconds', class: 'infrastructure', said: 'its containers were not created' },
}

/** What kind of failure it is when a pod never leaves the stage. */
export function pendingClass(stage: PendingStage): FailureClass {
  return STAGES[stage].class
}

/** All limits that a pod is under; none once it has started. A limit of 0 s is none. */
export function pendingLimits(pod: PodView, config: Limits): readonly PendingLimit[] {
  const pending = pendingStage(pod)
  if (!pending) return []
  const { option, said } = STAGES[pending.stage]
  const failureClass = pending.failureClass ?? pendingClass(pending.stage)
  const seconds = option === null ? 0 : Number(config[option])
  const about = pending.reason ? `: ${pending.reason}` : ''
  const limits: PendingLimit[] = []
  if (seconds > 0) {
    const message = `${said} within ${seconds} s (${option})${about}`
    limits.push({
      label: pending.stage,
      limitMs: seconds * 1000,
      failure: { class: failureClass, evidence: pending.evidence, message },
    })
  }
  const grace = fatalReasonInGrace(pod, config)
  if (grace) {
    const message = `container ${grace.container} waits for ${grace.reason} for more than ${grace.seconds} s${about}`
    const failure: Failure = { class: 'config', evidence: grace.evidence, message }
    limits.push({ label: `fatal ${grace.label}`, limitMs: grace.seconds * 1000, failure })
  }
  return limits
}

/** The fatal reasons that count at once: those without a grace. */
export function reasonsWithoutGrace(config: Limits): readonly string[] {
  const { workerPodPendingFatalContainerStateReasons: reasons, fatalReasonGraceSeconds: grace } = config
  return reasons.filter((reason) => !(grace[reason] && grace[reason] > 0))
}

function fatalReasonInGrace(pod: PodView, config: Limits) {
  const { workerPodPendingFatalContainerStateReasons: reasons, fatalReasonGraceSeconds: grace } = config
  const inGrace = reasons.filter((reason) => (grace[reason] ?? 0) > 0)
  // Between two pulls that fail the kubelet backs off, which is the same trouble and no time to start anew.
  const isBackOffToo = inGrace.includes('ErrImagePull') && !reasons.includes('ImagePullBackOff')
  const [first] = fatalWaits(pod, isBackOffToo ? [...inGrace, 'ImagePullBackOff'] : inGrace)
  if (!first) return null
  const label = isBackOffToo && first.reason === 'ImagePullBackOff' ? 'ErrImagePull' : first.reason
  return { ...first, label, seconds: grace[label] ?? 0 }
}
