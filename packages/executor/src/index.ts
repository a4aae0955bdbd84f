export type { Clock, Timer } from './clock.ts'
export { systemClock } from './clock.ts'
export type { KubeClient, PodVerbs } from './kube/kube-client.ts'
export type { Pod, Status } from './kube/types.ts'
export type { Logger } from './logger.ts'
export { silentLogger } from './logger.ts'
export type {
  CommittedOutcome,
  Launch,
  LaunchOutcome,
  LaunchRequest,
  LaunchStore,
  RecordedLaunch,
} from './loops/launch-store.ts'
export type { Failure, FailureClass } from './pods/failure.ts'
export type { TaskInstanceKey } from './tasks/task-instance-key.ts'
export { taskInstanceKeyText } from './tasks/task-instance-key.ts'
