export {
  AirflowKubernetesScheduler,
  type AirflowKubernetesSchedulerOptions,
  type KubernetesJob,
  type KubernetesResult,
} from './airflow-kubernetes-scheduler.ts'
export type {
  ChangeStateOptions,
  QueuedWorkload,
  TaskExecutorConfig,
} from './base-executor.ts'
export type { Clock, Timer } from './clock.ts'
export { systemClock } from './clock.ts'
export { configFromEnv } from './config/config-from-env.ts'
export type { ExecutorConfig, ExecutorOptions } from './config/executor-config.ts'
export { resolveConfig } from './config/resolve-config.ts'
export { type ConnectionOptions, connectionOptions } from './connection-options.ts'
export type { ErrorCode } from './errors.ts'
export {
  ArgumentError,
  ConfigError,
  ExecutorConfigError,
  ExecutorError,
  errorCodes,
  InputError,
  NamespaceNotWatchedError,
  PodError,
  PodMutationHookError,
  PodReconciliationError,
  PodTemplateError,
} from './errors.ts'
export type { ExecutorEvent } from './executor-event.ts'
export { createKubeClient, type KubeClientOptions } from './kube/create-kube-client.ts'
export { ExecPluginError } from './kube/exec-plugin-error.ts'
export type {
  CreatedResource,
  CreateOptions,
  CreatePodOptions,
  DeleteOptions,
  EventVerbs,
  KubeClient,
  ListEventsOptions,
  ListOptions,
  LogOptions,
  PatchOptions,
  PodAnswerOptions,
  PodPatch,
  PodVerbs,
  RequestOptions,
  ResourcePath,
  ResourceVerbs,
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
export type { PodEncoding } from './kube/pod-answers.ts'
export type { PodView } from './kube/pod-view.ts'
export { parseQuantity } from './kube/quantity.ts'
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
export type { TcpKeepAlive } from './kube/tcp-keep-alive.ts'
export type { List, Pod, PodEvent, Status, WatchEvent } from './kube/types.ts'
export {
  KubernetesExecutor,
  type KubernetesExecutorOptions,
  type RevocableTaskInstance,
} from './kubernetes-executor.ts'
export {
  KubernetesJobWatcher,
  type KubernetesJobWatcherOptions,
  type PodWatchEvent,
  type WatchErrorEvent,
  type WatchItem,
} from './kubernetes-job-watcher.ts'
export type { Logger } from './logger.ts'
export { silentLogger } from './logger.ts'
export type { AdoptableTaskInstance } from './loops/adoption/adoption.ts'
export type { ExecutorState, HeldLaunches, WatchedScope } from './loops/executor-state.ts'
export { InMemoryLaunchStore } from './loops/in-memory-launch-store.ts'
export type {
  BindAnswer,
  CommittedOutcome,
  Launch,
  LaunchLeases,
  LaunchOutcome,
  LaunchRequest,
  LaunchStore,
  QueuedTaskInstance,
  RecordedLaunch,
} from './loops/launch-store.ts'
export type { PodMutationHook } from './loops/launching/launch-pod-builder.ts'
export { LaunchPodBuilder } from './loops/launching/launch-pod-builder.ts'
export { PriorityHeap } from './loops/launching/priority-heap.ts'
export { type Refusal, refusalOf } from './loops/launching/refusal.ts'
export type { LogArchive } from './loops/logs/log-archive.ts'
export type { TaskLogRequest } from './loops/logs/task-logs.ts'
export type { PodReference } from './loops/outcomes/delete-pod.ts'
export { takeOffOutcomeFinalizer } from './loops/outcomes/outcome-finalizer.ts'
export type { PoisonPod } from './loops/tracking/poison-pods.ts'
export { type Timeline, type TimelinePart, timelineParts } from './loops/tracking/timeline.ts'
export type { Trouble } from './loops/troubles.ts'
export {
  type CounterName,
  type GaugeName,
  type MetricKind,
  type MetricName,
  metricTable,
  type TimerName,
} from './metric-table.ts'
export { type Metrics, type MetricTags, noMetrics } from './metrics.ts'
export { checkPod } from './pods/check-pod.ts'
export { checkPodPatch } from './pods/check-pod-patch.ts'
export { classifyFailure } from './pods/classify-failure.ts'
export type { ConstructPodOptions } from './pods/construct-pod.ts'
export { constructPod } from './pods/construct-pod.ts'
export { datetimeToLabelSafeDatestring, labelSafeDatestringToDatetime } from './pods/date-label.ts'
export { fromObj } from './pods/executor-pod-override.ts'
export type { Budget, Failure, FailureClass } from './pods/failure.ts'
export { failureBudget } from './pods/failure-budget.ts'
export type { PodFailureDetails } from './pods/failure-details.ts'
export { collectPodFailureDetails } from './pods/failure-details.ts'
export { failureHint } from './pods/failure-hint.ts'
export type { LaunchNameOptions } from './pods/launch-name.ts'
export { launchId, podName } from './pods/launch-name.ts'
export type { MainContainerEnd } from './pods/main-container-end.ts'
export { mainContainerEnd } from './pods/main-container-end.ts'
export { extendObjectField, mergeObjects } from './pods/merge-objects.ts'
export { PodGenerator } from './pods/pod-generator.ts'
export { deserializeModelDict } from './pods/pod-model.ts'
export type { PodOutcome, PodOutcomeEvent } from './pods/pod-outcome.ts'
export { podOutcome } from './pods/pod-outcome.ts'
export { deserializeModelFile, getBasePodFromTemplate } from './pods/pod-template-file.ts'
export { OUTCOME_FINALIZER } from './pods/protocol-marks.ts'
export type { ReconcileOptions } from './pods/reconcile-pods.ts'
export { reconcileContainers, reconcileMetadata, reconcilePods, reconcileSpecs } from './pods/reconcile-pods.ts'
export { makeSafeLabelValue } from './pods/safe-label-value.ts'
export { strategicMerge } from './pods/strategic-merge.ts'
export type { AnnotatedTaskInstanceKey } from './pods/task-annotations.ts'
export { annotationsToKey } from './pods/task-annotations.ts'
export type { TaskLabelOptions } from './pods/task-labels.ts'
export { buildLabelsForK8sExecutorPod, buildSelectorForK8sExecutorPod } from './pods/task-labels.ts'
export type { UniqueIdOptions, UniqueNameOptions } from './pods/unique-name.ts'
export { addUniqueSuffix, createUniqueId } from './pods/unique-name.ts'
export type { Problem } from './problem.ts'
export { type RequiredPermission, requiredPermissions } from './required-permissions.ts'
export { ResourceVersion } from './resource-version.ts'
export type { TaskInstanceKey } from './tasks/task-instance-key.ts'
export { taskInstanceKeyText } from './tasks/task-instance-key.ts'
export { TaskInstanceKeyMap } from './tasks/task-instance-key-map.ts'
export type { Notice } from './watch/notice.ts'
export type { ReadonlyRecordStore, WatchRecord } from './watch/record-store.ts'
export { Reflector, type ReflectorOptions } from './watch/reflector.ts'
export type { ReflectorObserver, ReflectorState, ReflectorStatus, WatchTrouble } from './watch/reflector-status.ts'
