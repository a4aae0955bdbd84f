import { randomBytes } from 'node:crypto'
import type { Postgres } from './postgres.ts'

/**
 * `default`: as the provider comes, with one pod a heartbeat, one after another. `tuned`: as fast as it can be set.
 */
export type AirflowSetting = 'default' | 'tuned'

const CREATION: Readonly<Record<AirflowSetting, Readonly<Record<string, string>>>> = {
  default: {},
  tuned: {
    worker_pods_creation_batch_size: '100',
    async_pod_creation: 'True',
    pod_creation_max_concurrency: '32',
  },
}

export interface AirflowExecution {
  readonly setting: AirflowSetting
  readonly kubeconfig: string
  /** The file of the pod template. */
  readonly template: string
}

/** What every program of an Airflow is told: its folder, its database, and the secret that tokens are signed with. */
export function airflowEnvironment(
  home: string,
  postgres: Pick<Postgres, 'socketFolder' | 'user' | 'database'>,
): Record<string, string> {
  const { socketFolder, user, database } = postgres
  return {
    AIRFLOW_HOME: home,
    AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: `postgresql+psycopg2://${user}@/${database}?host=${socketFolder}`,
    AIRFLOW__DATABASE__LOAD_DEFAULT_CONNECTIONS: 'False',
    AIRFLOW__API_AUTH__JWT_SECRET: randomBytes(48).toString('base64'),
    AIRFLOW__CORE__EXECUTOR: 'KubernetesExecutor',
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    // Far above what runs at once: it is not to be what limits.
    AIRFLOW__CORE__PARALLELISM: '50000',
  }
}

/** What the executor is told besides. */
export function executorEnvironment({ setting, kubeconfig, template }: AirflowExecution): Record<string, string> {
  const options = {
    in_cluster: 'False',
    config_file: kubeconfig,
    namespace: 'default',
    pod_template_file: template,
    worker_container_repository: 'busybox',
    worker_container_tag: '1',
    ...CREATION[setting],
  }
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [`AIRFLOW__KUBERNETES_EXECUTOR__${name.toUpperCase()}`, value]),
  )
}
