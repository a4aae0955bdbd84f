import { expect, it } from 'vitest'
import { airflowEnvironment, executorEnvironment } from '../../airflow/airflow-environment.ts'

const files = { kubeconfig: '/k/config', template: '/t/pod.yaml' }

it('leaves the creation of pods alone by default', () => {
  const environment = executorEnvironment({ setting: 'default', ...files })
  expect(environment).toMatchObject({
    AIRFLOW__KUBERNETES_EXECUTOR__CONFIG_FILE: '/k/config',
    AIRFLOW__KUBERNETES_EXECUTOR__POD_TEMPLATE_FILE: '/t/pod.yaml',
  })
  expect(Object.keys(environment).join()).not.toMatch(/BATCH|ASYNC|CONCURRENCY/)
})

it('creates a hundred pods a heartbeat when tuned, 32 at once', () => {
  const only = executorEnvironment({ setting: 'tuned', ...files })
  for (const name of Object.keys(executorEnvironment({ setting: 'default', ...files }))) delete only[name]
  expect(only).toEqual({
    AIRFLOW__KUBERNETES_EXECUTOR__WORKER_PODS_CREATION_BATCH_SIZE: '100',
    AIRFLOW__KUBERNETES_EXECUTOR__ASYNC_POD_CREATION: 'True',
    AIRFLOW__KUBERNETES_EXECUTOR__POD_CREATION_MAX_CONCURRENCY: '32',
  })
})

it('reaches the database by its socket alone, and has a long secret of its own', () => {
  const postgres = { socketFolder: '/s', user: 'someone', database: 'tasks' }
  const first = airflowEnvironment('/home', postgres)
  expect(first.AIRFLOW__DATABASE__SQL_ALCHEMY_CONN).toBe('postgresql+psycopg2://someone@/tasks?host=/s')
  const secrets = [first, airflowEnvironment('/home', postgres)].map((env) => env.AIRFLOW__API_AUTH__JWT_SECRET ?? '')
  expect(new Set(secrets).size).toBe(2)
  // Shorter ones are warned of, with every token.
  expect(Math.min(...secrets.map((secret) => secret.length))).toBeGreaterThanOrEqual(64)
})
