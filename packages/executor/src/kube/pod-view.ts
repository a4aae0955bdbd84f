import type { Container, ContainerStatus, ObjectMeta, PodSpec, PodStatus } from './types.ts'

/**
 * What lists and watches show of a pod: all that a projection may read. Nothing else is decoded where the server answers
 * in protobuf; every whole {@link Pod} is one of these too. Where a whole pod is needed, `get` has it.
 *
 * A field that is missing here is added here and in `protobuf/`, together.
 */
export interface PodView {
  readonly metadata?: ObjectMetaView | undefined
  readonly spec?: PodSpecView | undefined
  readonly status?: PodStatusView | undefined
}

/** Labels and annotations are there whole. */
export type ObjectMetaView = Seen<
  ObjectMeta,
  | 'name'
  | 'namespace'
  | 'uid'
  | 'resourceVersion'
  | 'creationTimestamp'
  | 'deletionTimestamp'
  | 'deletionGracePeriodSeconds'
  | 'labels'
  | 'annotations'
  | 'finalizers'
>

export interface PodSpecView
  extends Seen<PodSpec, 'restartPolicy' | 'nodeName' | 'schedulingGates' | 'activeDeadlineSeconds'> {
  readonly containers?: readonly ContainerView[] | undefined
  readonly initContainers?: readonly ContainerView[] | undefined
  readonly ephemeralContainers?: readonly ContainerView[] | undefined
}

export interface ContainerView extends Pick<Container, 'name'>, Seen<Container, 'restartPolicy'> {
  readonly resources?: Seen<NonNullable<Container['resources']>, 'limits' | 'requests'> | undefined
}

export interface PodStatusView extends Seen<PodStatus, 'phase' | 'reason' | 'message' | 'startTime'> {
  readonly conditions?: readonly PodConditionView[] | undefined
  readonly initContainerStatuses?: readonly ContainerStatusView[] | undefined
  readonly containerStatuses?: readonly ContainerStatusView[] | undefined
  readonly ephemeralContainerStatuses?: readonly ContainerStatusView[] | undefined
}

type PodCondition = NonNullable<PodStatus['conditions']>[number]

export interface PodConditionView
  extends Pick<PodCondition, 'type' | 'status'>,
    Seen<PodCondition, 'reason' | 'message' | 'lastTransitionTime'> {}

export interface ContainerStatusView extends Pick<ContainerStatus, 'name' | 'image' | 'restartCount'> {
  readonly state?: ContainerStateView | undefined
  readonly lastState?: ContainerStateView | undefined
}

type ContainerState = NonNullable<ContainerStatus['state']>

/** Whole; exactly one of the three is there. */
export interface ContainerStateView {
  readonly waiting?: Seen<NonNullable<ContainerState['waiting']>, 'reason' | 'message'> | undefined
  readonly running?: Seen<NonNullable<ContainerState['running']>, 'startedAt'> | undefined
  readonly terminated?: TerminatedView | undefined
}

type Terminated = NonNullable<ContainerState['terminated']>

export interface TerminatedView
  extends Pick<Terminated, 'exitCode'>,
    Seen<Terminated, 'signal' | 'reason' | 'message' | 'startedAt' | 'finishedAt' | 'containerID'> {}

/** Some fields of an object of the API; one that is not set may be absent or undefined. */
type Seen<T, K extends keyof T> = { readonly [P in K]?: T[P] | undefined }
