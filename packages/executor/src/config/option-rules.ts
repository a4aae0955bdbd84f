import type { ExecutorConfig } from './executor-config.ts'
import {
  flag,
  integer,
  jsonObject,
  nameList,
  nullable,
  type OptionRule,
  oneOf,
  seconds,
  secondsByName,
  text,
} from './option-rule.ts'

/** A DNS label that leaves room beside it in names and selectors. */
const DEPLOYMENT = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** Airflow's default: waiting reasons that do not pass by themselves. `ImagePullBackOff` follows `ErrImagePull`, so it is not among them. */
export const fatalContainerStateReasons: readonly string[] = [
  'CreateContainerConfigError',
  'ErrImagePull',
  'CreateContainerError',
  'ImageInspectError',
  'InvalidImageName',
]

/** One row for each option: its default, and what is accepted. */
export const optionRules: { readonly [K in keyof ExecutorConfig]: OptionRule<ExecutorConfig[K]> } = {
  namespace: text('default', { pattern: NAMESPACE, say: 'must be a namespace: a DNS label' }),
  multiNamespaceMode: flag(false),
  multiNamespaceModeNamespaceList: nameList([], { pattern: NAMESPACE, say: 'must be a namespace: a DNS label' }),

  podTemplateFile: text(''),
  workerContainerRepository: text(''),
  workerContainerTag: text(''),
  podMerge: oneOf(['byName', 'airflow']),
  strictPodFields: flag(true),

  deleteWorkerPods: flag(true),
  deleteWorkerPodsOnFailure: flag(false),
  failedPodTtlSeconds: seconds(86_400),

  workerPodsCreationBatchSize: nullable(integer(null, { least: 1 })),
  asyncPodCreation: flag(true),
  podCreationMaxConcurrency: integer(64, { least: 0 }),
  podCreationsPerSecond: integer(0, { least: 0 }),
  maxPendingPods: integer(0, { least: 0 }),
  taskPublishMaxRetries: integer(-1, { least: -1 }),
  maxRefusalSeconds: seconds(3_600),
  infrastructureRetries: integer(3, { least: -1 }),
  podLaunchFailureRetries: nullable(integer(null, { least: -1 })),
  podLaunchFailureExcludedContainerReasons: nameList(['Error']),

  outcomeFinalizer: nullable<boolean | null>({ ...flag(false), default: null }),
  launchGate: flag(false),

  workerPodPendingFatalContainerStateReasons: nameList(fatalContainerStateReasons),
  fatalReasonGraceSeconds: secondsByName({}),
  unscheduledSeconds: seconds(900),
  pullingSeconds: seconds(600),
  initialisingSeconds: seconds(0),
  creatingSeconds: seconds(300),
  workerPodsPendingTimeout: seconds(300),
  workerPodsPendingTimeoutCheckInterval: seconds(0),
  workerPodsPendingTimeoutBatchSize: integer(100, { least: 1 }),
  workerPodsQueuedCheckInterval: seconds(0),

  resyncSeconds: seconds(1_800, { above: 0 }),
  adoption: oneOf(['label', 'lease']),
  leaseSeconds: seconds(30, { above: 0 }),
  deployment: text('default', {
    pattern: DEPLOYMENT,
    say: 'must be a DNS label of at most 40 characters (a-z, 0-9 and -)',
  }),

  runningPodLogLines: integer(100, { least: 1 }),
  logsTaskMetadata: flag(false),

  inCluster: flag(true),
  clusterContext: text(''),
  configFile: text(''),
  verifySsl: flag(true),
  sslCaCert: text(''),
  enableTcpKeepalive: flag(true),
  tcpKeepIdle: seconds(120, { above: 0 }),
  tcpKeepIntvl: seconds(30, { above: 0 }),
  tcpKeepCnt: integer(6, { least: 1 }),
  requestTimeoutSeconds: seconds(60, { above: 0 }),
  listTimeoutSeconds: seconds(120, { above: 0 }),
  podEncoding: oneOf(['protobuf', 'json']),
  kubeClientRequestArgs: jsonObject(),
  deleteOptionKwargs: jsonObject(),
  apiClientRetryConfiguration: jsonObject(),

  parallelism: integer(32, { least: 1 }),
  kubernetesQueue: nullable(text(null)),
  orphanedTasksCheckInterval: seconds(300, { above: 0 }),
  schedulerHealthCheckThreshold: seconds(30, { above: 0 }),
  taskQueuedTimeout: seconds(600, { above: 0 }),
  taskQueuedTimeoutCheckInterval: seconds(120, { above: 0 }),
  numStuckInQueuedRetries: integer(2, { least: 0 }),
  schedulerIdleSleepTime: seconds(1),
  maxTisPerQuery: integer(16, { least: 0 }),
}
