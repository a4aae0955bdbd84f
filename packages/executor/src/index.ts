export type { Clock, Timer } from './clock.ts'
export { systemClock } from './clock.ts'
export { createKubeClient, type KubeClientOptions } from './kube/create-kube-client.ts'
export type {
  CreateOptions,
  DeleteOptions,
  KubeClient,
  ListOptions,
  LogOptions,
  PodPatch,
  PodVerbs,
  RequestOptions,
  SelectOptions,
  WatchOptions,
} from './kube/kube-client.ts'
export { type KubeConfig, type LoadKubeConfigOptions, loadKubeConfig } from './kube/kube-config.ts'
export {
  KubeApiError,
  KubeConfigError,
  KubeConnectionError,
  type KubeConnectionErrorKind,
} from './kube/kube-errors.ts'
export {
  isAborted,
  isAlreadyExists,
  isAmbiguous,
  isBadRequest,
  isConflict,
  isConnectionError,
  isExpired,
  isForbidden,
  isInternalError,
  isInvalid,
  isNotFound,
  isRequestTooLarge,
  isRetriable,
  isServerTimeout,
  isServiceUnavailable,
  isTooLargeResourceVersion,
  isTooManyRequests,
  isUnauthorized,
  retryAfterMs,
} from './kube/status-predicates.ts'
export type { List, Pod, Status, WatchEvent } from './kube/types.ts'
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
export type { Notice } from './watch/notice.ts'
export type { ReadonlyRecordStore, WatchRecord } from './watch/record-store.ts'
export { Reflector, type ReflectorOptions, type ReflectorState, type ReflectorStatus } from './watch/reflector.ts'
