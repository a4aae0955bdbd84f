import { expect, it } from 'vitest'
import { configFromEnv } from '../src/config/config-from-env.ts'
import type { ExecutorOptions } from '../src/config/executor-config.ts'
import { resolveConfig } from '../src/config/resolve-config.ts'
import { connectionOptions } from '../src/connection-options.ts'

const of = (options: ExecutorOptions) => connectionOptions(resolveConfig(options))

it('is by default the service account’s, with Airflow’s probes of silent connections', () => {
  expect(of({})).toEqual({
    kubeConfig: { inCluster: true },
    kubeClient: {
      connections: 64,
      requestTimeoutMs: 60_000,
      listTimeoutMs: 120_000,
      podEncoding: 'protobuf',
      tcpKeepAlive: { idleSeconds: 120, intervalSeconds: 30, count: 6 },
    },
  })
})

it.each<[ExecutorOptions, object]>([
  [{ inCluster: false }, {}],
  [{ configFile: '/etc/kube' }, { kubeconfigPath: '/etc/kube' }],
  [{ clusterContext: 'blue' }, { context: 'blue' }],
  [
    { inCluster: false, configFile: '/etc/kube', clusterContext: 'blue' },
    { kubeconfigPath: '/etc/kube', context: 'blue' },
  ],
  [{ sslCaCert: '/etc/ca.pem' }, { inCluster: true, certificateAuthorityPath: '/etc/ca.pem' }],
  [
    { verifySsl: false, configFile: 'k' },
    { kubeconfigPath: 'k', insecureSkipTlsVerify: true },
  ],
])('finds the cluster as %j says', (options, kubeConfig) => {
  expect(of(options).kubeConfig).toEqual(kubeConfig)
})

it.each<[ExecutorOptions, object]>([
  [{ enableTcpKeepalive: false }, { tcpKeepAlive: null }],
  [
    { tcpKeepIdle: 1, tcpKeepIntvl: 2, tcpKeepCnt: 3 },
    { tcpKeepAlive: { idleSeconds: 1, intervalSeconds: 2, count: 3 } },
  ],
  [
    { requestTimeoutSeconds: 5, listTimeoutSeconds: 9 },
    { requestTimeoutMs: 5_000, listTimeoutMs: 9_000 },
  ],
  [{ podCreationMaxConcurrency: 200 }, { connections: 200 }],
  [{ podEncoding: 'json' }, { podEncoding: 'json' }],
])('connects as %j says', (options, kubeClient) => {
  expect(of(options).kubeClient).toMatchObject(kubeClient)
})

it('takes Airflow’s variables all the way', () => {
  const env = {
    AIRFLOW__KUBERNETES_EXECUTOR__IN_CLUSTER: 'False',
    AIRFLOW__KUBERNETES_EXECUTOR__CONFIG_FILE: '/home/a/.kube/config',
    AIRFLOW__KUBERNETES__VERIFY_SSL: 'False',
    AIRFLOW__KUBERNETES_EXECUTOR__ENABLE_TCP_KEEPALIVE: 'False',
  }
  const { kubeConfig, kubeClient } = of(configFromEnv(env))
  expect(kubeConfig).toEqual({ kubeconfigPath: '/home/a/.kube/config', insecureSkipTlsVerify: true })
  expect(kubeClient.tcpKeepAlive).toBeNull()
})
