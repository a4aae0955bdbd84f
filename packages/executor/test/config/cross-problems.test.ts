import { describe, expect, it } from 'vitest'
import { configFromEnv } from '../../src/config/config-from-env.ts'
import type { ExecutorOptions } from '../../src/config/executor-config.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { ConfigError } from '../../src/errors.ts'
import { KubernetesExecutor } from '../../src/kubernetes-executor.ts'
import { FakePods } from '../support/fake-pods.ts'

function problemsOf(make: () => unknown): readonly string[] {
  try {
    make()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path, message }) => `${path}: ${message}`)
    throw error
  }
  return []
}

describe('options that do not fit together', () => {
  it.each<[ExecutorOptions, string]>([
    [{ inCluster: true, configFile: 'k' }, 'configFile: is set, and the credentials are those of the service account'],
    [
      { inCluster: true, clusterContext: 'c' },
      'clusterContext: is set, and the credentials are those of the service account',
    ],
    [
      { deleteOptionKwargs: { grace_period_seconds: '10' } },
      'deleteOptionKwargs: grace_period_seconds must be a whole number of at least 0, not "10"',
    ],
    [
      { deleteOptionKwargs: { propagation_policy: 'Background', gracePeriodSeconds: 1 } },
      'deleteOptionKwargs: gracePeriodSeconds is no option of a deletion',
    ],
    [{ verifySsl: false, sslCaCert: 'c' }, 'sslCaCert: is set, and certificates are not verified'],
  ])('%j', (options, problem) => {
    expect(problemsOf(() => resolveConfig(options))).toEqual([problem])
  })

  it('are told beside what is wrong with each, unless that is what they do not fit with', () => {
    const options = { deleteWorkerPods: 'yes', inCluster: true, configFile: 'k' } as unknown as ExecutorOptions
    expect(problemsOf(() => resolveConfig(options))).toEqual([
      'deleteWorkerPods: must be true or false, not "yes"',
      'configFile: is set, and the credentials are those of the service account',
    ])
    const wrong = { namespace: 'A', multiNamespaceMode: true, multiNamespaceModeNamespaceList: ['b'] }
    expect(problemsOf(() => resolveConfig(wrong))).toEqual(['namespace: must be a namespace: a DNS label, not "A"'])
  })
})

/** One mistake of each kind. */
const TEN: Readonly<Record<string, unknown>> = {
  namespce: 'a',
  namespace: 'Not A Label',
  clientFactory: 'a.b',
  deleteWorkerPods: 'yes',
  podCreationMaxConcurrency: -1,
  unscheduledSeconds: Number.NaN,
  podMerge: 'deep',
  deleteOptionKwargs: [],
  fatalReasonGraceSeconds: { ErrImagePull: -1 },
  workerContainerTag: 'latest',
}

it('a configuration with ten mistakes is one error with ten problems', () => {
  const config = TEN as ExecutorOptions
  const expected = [
    'namespce: unknown option',
    'namespace: must be a namespace: a DNS label, not "Not A Label"',
    'clientFactory: is not supported',
    'deleteWorkerPods: must be true or false, not "yes"',
    'podCreationMaxConcurrency: must be a whole number of at least 0, not -1',
    'unscheduledSeconds: must be a number of seconds of at least 0, not NaN',
    'podMerge: must be "byName" or "airflow", not "deep"',
    'deleteOptionKwargs: must be a JSON object, not []',
    'fatalReasonGraceSeconds: ErrImagePull must be a number of seconds of at least 0, not -1',
    'workerContainerTag: is set without workerContainerRepository',
  ]
  expect(problemsOf(() => resolveConfig(config))).toEqual(expected)
  const make = () => new KubernetesExecutor({ jobId: '1', kube: { pods: new FakePods() }, config })
  expect(problemsOf(make)).toEqual(expected)
})

it('an environment with ten mistakes is one error with ten problems', () => {
  const names = [
    ['NAMESPCE', 'a'],
    ['NAMESPACE', 'Not A Label'],
    ['CLIENT_FACTORY', 'a.b'],
    ['DELETE_WORKER_PODS', 'maybe'],
    ['POD_CREATION_MAX_CONCURRENCY', 'many'],
    ['UNSCHEDULED_SECONDS', '-1'],
    ['POD_MERGE', 'deep'],
    ['DELETE_OPTION_KWARGS', '{'],
    ['NAMESPACE_SECRET', 'vault'],
    ['WORKER_CONTAINER_TAG', 'latest'],
  ]
  const env = Object.fromEntries(names.map(([name, value]) => [`AIRFLOW__KUBERNETES_EXECUTOR__${name}`, value]))
  const problems = problemsOf(() => configFromEnv(env))
  expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual(Object.keys(env).sort())
})

it('who sets an option that has no effect is told why', () => {
  const kubeClientRequestArgs = { _request_timeout: 5, _preload_content: false }
  const options = { taskQueuedTimeout: 60, apiClientRetryConfiguration: {}, namespace: 'a', kubeClientRequestArgs }
  expect(logged(options).lines).toEqual([
    'apiClientRetryConfiguration',
    'taskQueuedTimeout',
    'kubeClientRequestArgs._preload_content',
  ])
  expect(logged({}).lines).toEqual([])
})

function logged(config: ExecutorOptions) {
  const lines: unknown[] = []
  const logger = {
    debug() {},
    info() {},
    error() {},
    warn(message: string, fields?: object) {
      if (message === 'option has no effect') lines.push((fields as { option: string }).option)
    },
    child: () => logger,
  }
  new KubernetesExecutor({ jobId: '1', kube: { pods: new FakePods() }, config, logger })
  return { lines }
}
