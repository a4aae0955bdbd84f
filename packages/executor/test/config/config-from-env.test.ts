import { describe, expect, it } from 'vitest'
import { configFromEnv, environmentNames } from '../../src/config/config-from-env.ts'
import { optionRules } from '../../src/config/option-rules.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { ConfigError } from '../../src/errors.ts'

const SECTION = 'AIRFLOW__KUBERNETES_EXECUTOR__'

describe('configFromEnv', () => {
  it.each<[string, string, object]>([
    ['NAMESPACE', 'airflow', { namespace: 'airflow' }],
    ['DELETE_WORKER_PODS', 'False', { deleteWorkerPods: false }],
    ['DELETE_WORKER_PODS', 't', { deleteWorkerPods: true }],
    ['DELETE_WORKER_PODS', '1', { deleteWorkerPods: true }],
    ['DELETE_WORKER_PODS', 'f # for now', { deleteWorkerPods: false }],
    ['WORKER_PODS_CREATION_BATCH_SIZE', '16', { workerPodsCreationBatchSize: 16 }],
    ['WORKER_PODS_CREATION_BATCH_SIZE', '', { workerPodsCreationBatchSize: null }],
    ['TASK_PUBLISH_MAX_RETRIES', '-1', { taskPublishMaxRetries: -1 }],
    ['MULTI_NAMESPACE_MODE_NAMESPACE_LIST', 'a, b ,,c', { multiNamespaceModeNamespaceList: ['a', 'b', 'c'] }],
    ['WORKER_POD_PENDING_FATAL_CONTAINER_STATE_REASONS', '', { workerPodPendingFatalContainerStateReasons: [] }],
    ['DELETE_OPTION_KWARGS', '{"grace_period_seconds": 10}', { deleteOptionKwargs: { grace_period_seconds: 10 } }],
    ['KUBE_CLIENT_REQUEST_ARGS', '', { kubeClientRequestArgs: {} }],
    ['SSL_CA_CERT', '', { sslCaCert: '' }],
    ['CREATING_SECONDS', '1.5', { creatingSeconds: 1.5 }],
    ['CREATING_SECONDS', ' ', {}],
    ['POD_MERGE', 'airflow', { podMerge: 'airflow' }],
    ['FATAL_REASON_GRACE_SECONDS', '{"ErrImagePull": 30}', { fatalReasonGraceSeconds: { ErrImagePull: 30 } }],
  ])('reads %s=%s', (name, value, expected) => {
    expect(configFromEnv({ [SECTION + name]: value })).toEqual(expected)
  })

  it('reads what Airflow keeps in other sections, and passes over the rest of them', () => {
    const env = {
      AIRFLOW__CORE__PARALLELISM: '8',
      AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT: '60',
      AIRFLOW__CORE__EXECUTOR: 'x',
      HOME: '/',
    }
    expect(configFromEnv(env)).toEqual({ parallelism: 8, taskQueuedTimeout: 60 })
  })

  it("reads the section's old name, and prefers the new one", () => {
    expect(configFromEnv({ AIRFLOW__KUBERNETES__NAMESPACE: 'old' })).toEqual({ namespace: 'old' })
    const both = { AIRFLOW__KUBERNETES__NAMESPACE: 'old', [`${SECTION}NAMESPACE`]: 'new' }
    expect(configFromEnv(both)).toEqual({ namespace: 'new' })
  })

  it('reads the queue of either hybrid executor', () => {
    const name = 'KUBERNETES_EXECUTOR__KUBERNETES_QUEUE'
    expect(configFromEnv({ [`AIRFLOW__LOCAL_${name}`]: 'k8s' })).toEqual({ kubernetesQueue: 'k8s' })
    expect(configFromEnv({ [`AIRFLOW__CELERY_${name}`]: 'k8s' })).toEqual({ kubernetesQueue: 'k8s' })
  })

  it('reads for a team its own variables, and nothing that is said for all', () => {
    const env = {
      AIRFLOW__ORANGE___KUBERNETES_EXECUTOR__NAMESPACE: 'orange',
      AIRFLOW__ORANGE___CORE__PARALLELISM: '4',
      AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE: 'all',
      AIRFLOW__KUBERNETES_EXECUTOR__DELETE_WORKER_PODS: 'maybe',
      AIRFLOW__CORE__PARALLELISM: '8',
    }
    expect(configFromEnv(env, { team: 'orange' })).toEqual({ namespace: 'orange', parallelism: 4 })
    const wrong = { AIRFLOW__ORANGE___KUBERNETES_EXECUTOR__NAMESPACES: 'a' }
    expect(() => configFromEnv(wrong, { team: 'orange' })).toThrow(
      'AIRFLOW__ORANGE___KUBERNETES_EXECUTOR__NAMESPACES: unknown option',
    )
    expect(configFromEnv(wrong)).toEqual({})
  })

  it('has a name for every option, and no two the same', () => {
    const names = (Object.keys(optionRules) as (keyof typeof optionRules)[]).flatMap((option) =>
      environmentNames(option),
    )
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain(`${SECTION}WORKER_POD_PENDING_FATAL_CONTAINER_STATE_REASONS`)
    expect(names).toContain(`${SECTION}MAX_REFUSAL_SECONDS`)
  })

  it('gives options that resolve', () => {
    expect(resolveConfig(configFromEnv({ [`${SECTION}NAMESPACE`]: 'a' })).namespace).toBe('a')
  })

  it('names all problems at once under the names of the environment', () => {
    const env = {
      [`${SECTION}NAMESPACES`]: 'a',
      [`${SECTION}DELETE_WORKER_PODS`]: 'maybe',
      [`${SECTION}RUNNING_POD_LOG_LINES`]: '1e3',
      [`${SECTION}DELETE_OPTION_KWARGS`]: '[1',
      [`${SECTION}NAMESPACE_CMD`]: 'cat x',
    }
    const problem = (name: string, message: string, hint?: string) => ({
      file: null,
      path: SECTION + name,
      message,
      ...(hint ? { hint: hint } : {}),
    })
    let thrown: unknown
    try {
      configFromEnv(env)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(ConfigError)
    expect(thrown).toMatchObject({ code: 'CONFIG_INVALID' })
    const { problems } = thrown as ConfigError
    expect(problems).toHaveLength(5)
    expect(problems).toEqual(
      expect.arrayContaining([
        problem('NAMESPACES', 'unknown option', `did you mean ${SECTION}NAMESPACE?`),
        problem('DELETE_WORKER_PODS', 'must be true or false, not "maybe"'),
        problem('RUNNING_POD_LOG_LINES', 'must be a whole number of at least 1, not "1e3"'),
        problem('DELETE_OPTION_KWARGS', 'must be a JSON object, not "[1"'),
        problem(
          'NAMESPACE_CMD',
          'values from commands or secret backends are not supported',
          `set ${SECTION}NAMESPACE`,
        ),
      ]),
    )
  })
})
