import { describe, expect, it } from 'vitest'
import { clusterSettings, type TypedClusterOptions } from '../../src/cluster/cluster-settings.ts'

const variable = (name: string) => `AIRFLOW__KUBERNETES_EXECUTOR__${name}`

function settings(typed: TypedClusterOptions, variables: Readonly<Record<string, string>> = {}) {
  const env = Object.fromEntries(Object.entries(variables).map(([name, value]) => [variable(name), value]))
  return clusterSettings(typed, { env, cwd: '/somewhere' })
}

describe('the settings of a cluster', () => {
  it.each<[string, TypedClusterOptions, Readonly<Record<string, string>>, unknown]>([
    ['nothing: the embedded one', {}, {}, null],
    ['a kubeconfig', { kubeconfig: 'k' }, {}, { kubeconfigPath: 'k' }],
    ['a context', { context: 'c' }, {}, { context: 'c' }],
    ['variables', {}, { CONFIG_FILE: 'k', CLUSTER_CONTEXT: 'c' }, { kubeconfigPath: 'k', context: 'c' }],
    ['IN_CLUSTER', {}, { IN_CLUSTER: 'True' }, { inCluster: true }],
    ['IN_CLUSTER False: where kubectl looks', {}, { IN_CLUSTER: 'False' }, {}],
    [
      'an option, which beats all variables',
      { context: 'c' },
      { IN_CLUSTER: 'True', CONFIG_FILE: 'k' },
      { context: 'c' },
    ],
  ])('take from %s which cluster it is', (_, typed, variables, choice) => {
    expect(settings(typed, variables)).toMatchObject({
      problems: [],
      settings: { connection: choice && { kubeConfig: choice } },
    })
  })

  it('take what an option says, then what a variable says', () => {
    const variables = { NAMESPACE: 'a', POD_TEMPLATE_FILE: 'a.yaml', DELETE_WORKER_PODS: 'False' }
    expect(settings({}, variables).settings.config).toEqual({
      namespace: 'a',
      podTemplateFile: '/somewhere/a.yaml',
      deleteWorkerPods: false,
    })
    expect(settings({ namespace: ['b'], podTemplateFile: '/b.yaml' }, variables).settings.config).toEqual({
      namespace: 'b',
      podTemplateFile: '/b.yaml',
      deleteWorkerPods: false,
    })
  })

  it('connect as variables say', () => {
    const { settings: found } = settings({ context: 'c' }, { VERIFY_SSL: 'False', REQUEST_TIMEOUT_SECONDS: '5' })
    expect(found.connection).toMatchObject({
      kubeConfig: { context: 'c', insecureSkipTlsVerify: true },
      kubeClient: { requestTimeoutMs: 5_000 },
    })
  })

  it('watch several namespaces, and put pods into the first', () => {
    expect(settings({ namespace: ['a', 'b'] }).settings.config).toMatchObject({
      namespace: 'a',
      multiNamespaceMode: true,
      multiNamespaceModeNamespaceList: ['a', 'b'],
    })
  })

  it('have all their problems at once, by the option or the variable that is wrong', () => {
    const { problems } = settings({ namespace: ['No_Name'] }, { NAMESPCE: 'x', RESYNC_SECONDS: 'soon' })
    expect(problems.map(({ path }) => path).toSorted()).toEqual([
      '--namespace',
      variable('NAMESPCE'),
      variable('RESYNC_SECONDS'),
    ])
  })
})
