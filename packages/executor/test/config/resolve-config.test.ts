import { describe, expect, it } from 'vitest'
import type { ExecutorOptions } from '../../src/config/executor-config.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { ConfigError } from '../../src/errors.ts'

/** Airflow's defaults, provider 10.25.0. */
const AIRFLOWS = {
  apiClientRetryConfiguration: {},
  logsTaskMetadata: false,
  runningPodLogLines: 100,
  podTemplateFile: '',
  workerContainerRepository: '',
  workerContainerTag: '',
  namespace: 'default',
  deleteWorkerPods: true,
  deleteWorkerPodsOnFailure: false,
  workerPodPendingFatalContainerStateReasons: [
    'CreateContainerConfigError',
    'ErrImagePull',
    'CreateContainerError',
    'ImageInspectError',
    'InvalidImageName',
  ],
  multiNamespaceMode: false,
  multiNamespaceModeNamespaceList: [],
  inCluster: true,
  clusterContext: '',
  configFile: '',
  kubeClientRequestArgs: {},
  deleteOptionKwargs: {},
  enableTcpKeepalive: true,
  tcpKeepIdle: 120,
  tcpKeepIntvl: 30,
  tcpKeepCnt: 6,
  verifySsl: true,
  sslCaCert: '',
  podLaunchFailureExcludedContainerReasons: ['Error'],
  workerPodsPendingTimeout: 300,
  workerPodsPendingTimeoutBatchSize: 100,
  kubernetesQueue: null,
  parallelism: 32,
  orphanedTasksCheckInterval: 300,
  schedulerHealthCheckThreshold: 30,
  taskQueuedTimeout: 600,
  taskQueuedTimeoutCheckInterval: 120,
  numStuckInQueuedRetries: 2,
  schedulerIdleSleepTime: 1,
  maxTisPerQuery: 16,
}

/** Ours, and those of Airflow's whose defaults we changed on purpose. */
const OURS = {
  workerPodsCreationBatchSize: null,
  asyncPodCreation: true,
  podCreationMaxConcurrency: 64,
  podCreationsPerSecond: 0,
  maxPendingPods: 0,
  taskPublishMaxRetries: -1,
  podLaunchFailureRetries: null,
  infrastructureRetries: 3,
  maxRefusalSeconds: 3600,
  workerPodsPendingTimeoutCheckInterval: 0,
  workerPodsQueuedCheckInterval: 0,
  podMerge: 'byName',
  strictPodFields: true,
  failedPodTtlSeconds: 86_400,
  fatalReasonGraceSeconds: {},
  outcomeFinalizer: null,
  launchGate: false,
  unscheduledSeconds: 900,
  pullingSeconds: 600,
  initialisingSeconds: 0,
  creatingSeconds: 300,
  resyncSeconds: 1800,
  adoption: 'label',
  leaseSeconds: 30,
  deployment: 'default',
  requestTimeoutSeconds: 60,
  listTimeoutSeconds: 120,
  podEncoding: 'protobuf',
}

describe('resolveConfig', () => {
  it('has a default for every option', () => {
    expect(resolveConfig()).toEqual({ ...AIRFLOWS, ...OURS })
    expect(resolveConfig({ namespace: undefined })).toEqual(resolveConfig({}))
  })

  it('gives a frozen copy', () => {
    const list = ['Error', 'OOMKilled']
    const config = resolveConfig({ podLaunchFailureExcludedContainerReasons: list })
    list.push('more')
    expect(config.podLaunchFailureExcludedContainerReasons).toEqual(['Error', 'OOMKilled'])
    expect(Object.isFrozen(config)).toBe(true)
  })

  it.each<[string, ExecutorOptions, number]>([
    ['the default', {}, 64],
    ['what is set', { podCreationMaxConcurrency: 5 }, 5],
    ['0: the batch size', { podCreationMaxConcurrency: 0, workerPodsCreationBatchSize: 8 }, 8],
    ['0 without a batch size', { podCreationMaxConcurrency: 0 }, 64],
    ['without asyncPodCreation', { asyncPodCreation: false, podCreationMaxConcurrency: 20 }, 1],
  ])('creates concurrently: %s', (_, options, expected) => {
    expect(resolveConfig(options).podCreationMaxConcurrency).toBe(expected)
  })

  it.each<[ExecutorOptions, number]>([
    [{}, 3],
    [{ podLaunchFailureRetries: 1 }, 1],
    [{ podLaunchFailureRetries: 1, infrastructureRetries: 0 }, 0],
    [{ infrastructureRetries: -1 }, -1],
  ])('takes podLaunchFailureRetries for infrastructureRetries: %j', (options, expected) => {
    expect(resolveConfig(options).infrastructureRetries).toBe(expected)
  })

  it.each<[ExecutorOptions, number]>([
    [{ kubeClientRequestArgs: { _request_timeout: 10 } }, 10],
    [{ kubeClientRequestArgs: { _request_timeout: [3.5, 27] } }, 27],
    [{ kubeClientRequestArgs: { _request_timeout: 10 }, requestTimeoutSeconds: 5 }, 5],
    [{ kubeClientRequestArgs: { _request_timeout: null } }, 60],
  ])('takes _request_timeout for requestTimeoutSeconds: %j', (options, expected) => {
    expect(resolveConfig(options).requestTimeoutSeconds).toBe(expected)
  })

  it.each<[string, unknown, string]>([
    ['namespace', 'Not_A_Namespace', 'must be a namespace: a DNS label, not "Not_A_Namespace"'],
    ['namespace', '', 'must be a namespace: a DNS label, not ""'],
    [
      'deployment',
      'a'.repeat(41),
      `must be a DNS label of at most 40 characters (a-z, 0-9 and -), not "${'a'.repeat(41)}"`,
    ],
    ['deployment', '-a', 'must be a DNS label of at most 40 characters (a-z, 0-9 and -), not "-a"'],
    ['deleteWorkerPods', 'true', 'must be true or false, not "true"'],
    ['parallelism', 0, 'must be a whole number of at least 1, not 0'],
    ['parallelism', 1.5, 'must be a whole number of at least 1, not 1.5'],
    ['runningPodLogLines', 0, 'must be a whole number of at least 1, not 0'],
    ['taskPublishMaxRetries', -2, 'must be a whole number of at least -1, not -2'],
    ['workerPodsCreationBatchSize', 0, 'must be a whole number of at least 1, not 0'],
    ['resyncSeconds', 0, 'must be a number of seconds above 0, not 0'],
    ['pullingSeconds', -1, 'must be a number of seconds of at least 0, not -1'],
    ['pullingSeconds', Number.NaN, 'must be a number of seconds of at least 0, not NaN'],
    ['podMerge', 'append', 'must be "byName" or "airflow", not "append"'],
    ['adoption', 'labels', 'must be "label" or "lease", not "labels"'],
    ['multiNamespaceModeNamespaceList', 'a,b', 'must be a list of names, not "a,b"'],
    ['workerPodPendingFatalContainerStateReasons', [''], 'must be a list of names; "" is none'],
    [
      'kubeClientRequestArgs',
      { _request_timeout: [0, 5] },
      '_request_timeout must be seconds above 0, or [connect, read], not [0,5]',
    ],
    ['deleteOptionKwargs', [], 'must be a JSON object, not []'],
    [
      'fatalReasonGraceSeconds',
      { ErrImagePull: '5' },
      'ErrImagePull must be a number of seconds of at least 0, not "5"',
    ],
  ])('refuses %s = %j', (option, value, message) => {
    expect(problemsOf({ [option]: value })).toEqual([{ file: null, path: option, message }])
  })

  it('names all problems at once, with the nearest option for unknown ones', () => {
    const options = {
      namespaces: 'a',
      parallelism: 'many',
      clientFactory: 'x.y',
      delete_worker_pods: true,
      replicas: 3,
    }
    expect(problemsOf(options)).toEqual([
      { file: null, path: 'namespaces', message: 'unknown option', hint: 'did you mean namespace?' },
      { file: null, path: 'parallelism', message: 'must be a whole number of at least 1, not "many"' },
      { file: null, path: 'clientFactory', message: 'is not supported', hint: 'pass `kube` to the executor instead' },
      { file: null, path: 'delete_worker_pods', message: 'unknown option', hint: 'did you mean deleteWorkerPods?' },
      { file: null, path: 'replicas', message: 'unknown option' },
    ])
  })

  it('refuses a namespace that its own list would not watch', () => {
    const options = { multiNamespaceMode: true, multiNamespaceModeNamespaceList: ['a', 'b'] }
    expect(problemsOf(options).map(({ path }) => path)).toEqual(['multiNamespaceModeNamespaceList'])
    expect(resolveConfig({ ...options, namespace: 'a' }).namespace).toBe('a')
    expect(resolveConfig({ ...options, multiNamespaceMode: false }).namespace).toBe('default')
  })

  it('refuses half an image', () => {
    expect(problemsOf({ workerContainerTag: '1' })).toEqual([
      {
        file: null,
        path: 'workerContainerTag',
        message: 'is set without workerContainerRepository',
        hint: 'an image needs both',
      },
    ])
    expect(problemsOf({ workerContainerRepository: 'r' }).map(({ path }) => path)).toEqual([
      'workerContainerRepository',
    ])
  })
})

function problemsOf(options: object) {
  try {
    resolveConfig(options as ExecutorOptions)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}
