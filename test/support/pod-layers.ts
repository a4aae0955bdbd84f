/** One field of a pod in the three layers that a task's author writes, and what comes of it. */
export interface LayeredField {
  /** What the field is about, for the test's title. */
  readonly title: string
  /** Steps from the pod to the field; `base` finds the container of that name. */
  readonly path: readonly string[]
  readonly template: object
  readonly override: object
  readonly patch: object
  /** Template and override. */
  readonly merged: unknown
  /** All three. */
  readonly patched: unknown
  /** The row of docs/reference/pods.md that says why the override differs from a patch; absent: it does not. */
  readonly differs?: string
}

const main = (fields: object) => ({ spec: { containers: [{ name: 'base', image: 'busybox', ...fields }] } })
const inBase = (field: string) => ['spec', 'containers', 'base', field]
const generated = { name: 'AIRFLOW_IS_K8S_EXECUTOR_POD', value: 'True' }
const A = (value: string) => ({ name: 'A', value })
const fromName = { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }
const secret = (name: string) => ({ name })
const source = (name: string) => ({ configMapRef: { name } })
const alias = (ip: string) => ({ ip, hostnames: [`h${ip.at(-1)}`] })
const spread = (topologyKey: string) => ({ maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway' })
const volumes = [
  { name: 'data', emptyDir: {} },
  { name: 'cache', emptyDir: {} },
]

const NEW = 'new items of a list'
const THERE = 'an item of `env`, `volumes`, `volumeMounts`, `ports` that is there already'
const LISTS = '`imagePullSecrets`, `hostAliases`, `topologySpreadConstraints`'
const OBJECTS =
  'objects and maps of the spec and of containers: `nodeSelector`, `resources`, `securityContext`, `affinity`'

export const layeredFields: readonly LayeredField[] = [
  {
    title: 'labels',
    path: ['metadata', 'labels', 'a'],
    template: { metadata: { labels: { a: '1' } } },
    override: { metadata: { labels: { a: '2' } } },
    patch: { metadata: { labels: { a: '' } } },
    merged: '2',
    patched: '',
  },
  {
    title: 'finalizers',
    path: ['metadata', 'finalizers'],
    template: { metadata: { finalizers: ['x.y/a'] } },
    override: { metadata: { finalizers: ['x.y/b'] } },
    patch: { metadata: { finalizers: ['x.y/c'] } },
    merged: ['x.y/a', 'x.y/b'],
    patched: ['x.y/c', 'x.y/a', 'x.y/b'],
    differs: NEW,
  },
  {
    title: 'a number',
    path: ['spec', 'terminationGracePeriodSeconds'],
    template: { spec: { terminationGracePeriodSeconds: 5 } },
    override: { spec: { terminationGracePeriodSeconds: 7 } },
    patch: { spec: { terminationGracePeriodSeconds: 0 } },
    merged: 7,
    patched: 0,
  },
  {
    title: '0',
    path: ['spec', 'terminationGracePeriodSeconds'],
    template: { spec: { terminationGracePeriodSeconds: 5 } },
    override: { spec: { terminationGracePeriodSeconds: 0 } },
    patch: { spec: { terminationGracePeriodSeconds: 0 } },
    merged: 5,
    patched: 0,
    differs: 'false, 0, `""`, `[]`, `{}`',
  },
  {
    title: 'null',
    path: ['spec', 'nodeSelector'],
    template: { spec: { nodeSelector: { disk: 'ssd' } } },
    override: { spec: { nodeSelector: null } },
    patch: { spec: { nodeSelector: null } },
    merged: { disk: 'ssd' },
    patched: undefined,
    differs: 'null',
  },
  {
    title: 'a map',
    path: ['spec', 'nodeSelector'],
    template: { spec: { nodeSelector: { disk: 'ssd' } } },
    override: { spec: { nodeSelector: { zone: 'a' } } },
    patch: { spec: { nodeSelector: { zone: 'b', disk: null } } },
    merged: { zone: 'a' },
    patched: { zone: 'b' },
    differs: OBJECTS,
  },
  {
    title: 'a list without a key',
    path: ['spec', 'tolerations'],
    template: { spec: { tolerations: [{ key: 'a', operator: 'Exists' }] } },
    override: { spec: { tolerations: [{ key: 'b', operator: 'Exists' }] } },
    patch: { spec: { tolerations: [] } },
    merged: [{ key: 'b', operator: 'Exists' }],
    patched: [],
  },
  {
    title: 'imagePullSecrets',
    path: ['spec', 'imagePullSecrets'],
    template: { spec: { imagePullSecrets: [secret('a')] } },
    override: { spec: { imagePullSecrets: [secret('b')] } },
    patch: { spec: { imagePullSecrets: [secret('c')] } },
    merged: [secret('b')],
    patched: [secret('c'), secret('b')],
    differs: LISTS,
  },
  {
    title: 'hostAliases',
    path: ['spec', 'hostAliases'],
    template: { spec: { hostAliases: [alias('10.0.0.1')] } },
    override: { spec: { hostAliases: [alias('10.0.0.2')] } },
    patch: { spec: { hostAliases: [{ ip: '10.0.0.2', $patch: 'delete' }, alias('10.0.0.3')] } },
    merged: [alias('10.0.0.2')],
    patched: [alias('10.0.0.3')],
    differs: LISTS,
  },
  {
    title: 'topologySpreadConstraints',
    path: ['spec', 'topologySpreadConstraints'],
    template: { spec: { topologySpreadConstraints: [spread('zone')] } },
    override: { spec: { topologySpreadConstraints: [spread('rack')] } },
    patch: { spec: { topologySpreadConstraints: [{ topologyKey: 'rack', maxSkew: 3 }] } },
    merged: [spread('rack')],
    patched: [{ ...spread('rack'), maxSkew: 3 }],
    differs: LISTS,
  },
  {
    title: 'securityContext of the pod',
    path: ['spec', 'securityContext'],
    template: { spec: { securityContext: { runAsUser: 1 } } },
    override: { spec: { securityContext: { runAsGroup: 2 } } },
    patch: { spec: { securityContext: { runAsUser: 0 } } },
    merged: { runAsGroup: 2 },
    patched: { runAsGroup: 2, runAsUser: 0 },
    differs: OBJECTS,
  },
  {
    title: 'volumes',
    path: ['spec', 'volumes'],
    template: { spec: { volumes: [volumes[0]] } },
    override: { spec: { volumes: [{ name: 'data', hostPath: { path: '/x', type: '' } }] } },
    patch: { spec: { volumes: [{ name: 'data', $retainKeys: ['name', 'emptyDir'], emptyDir: {} }] } },
    merged: [{ name: 'data', hostPath: { path: '/x', type: '' } }],
    patched: [{ name: 'data', emptyDir: {} }],
    differs: THERE,
  },
  {
    title: 'init containers',
    path: ['spec', 'initContainers', 'a', 'image'],
    template: { spec: { initContainers: [{ name: 'a', image: 'one' }] } },
    override: { spec: { initContainers: [{ name: 'a', image: 'two' }] } },
    patch: { spec: { initContainers: [{ name: 'a', image: 'three' }] } },
    merged: 'two',
    patched: 'three',
  },
  {
    title: 'containers',
    path: ['spec', 'containers', 'base', 'image'],
    template: main({}),
    override: { spec: { containers: [{ name: 'other', image: 'alpine' }] } },
    patch: { spec: { containers: [{ name: 'base', image: 'node' }] } },
    merged: 'alpine',
    patched: 'node',
    differs: 'containers',
  },
  {
    title: 'args',
    path: inBase('args'),
    template: main({}),
    override: main({ args: ['b'] }),
    patch: main({ args: [] }),
    merged: ['b'],
    patched: [],
  },
  {
    title: 'env, of one name',
    path: inBase('env'),
    template: main({ env: [A('1')] }),
    override: main({ env: [A('2')] }),
    patch: main({ env: [A('')] }),
    merged: [A('2'), generated],
    patched: [A(''), generated],
  },
  {
    title: 'env, a value that becomes a reference',
    path: inBase('env'),
    template: main({ env: [A('1')] }),
    override: main({ env: [fromName] }),
    patch: main({ env: [{ ...A('3'), valueFrom: null }] }),
    merged: [fromName, generated],
    patched: [A('3'), generated],
    differs: THERE,
  },
  {
    title: 'env, a new one',
    path: inBase('env'),
    template: main({ env: [A('1')] }),
    override: main({ env: [{ name: 'B', value: '2' }] }),
    patch: main({ env: [{ name: 'A', $patch: 'delete' }] }),
    merged: [A('1'), generated, { name: 'B', value: '2' }],
    patched: [generated, { name: 'B', value: '2' }],
    differs: NEW,
  },
  {
    title: 'envFrom',
    path: inBase('envFrom'),
    template: main({ envFrom: [source('a')] }),
    override: main({ envFrom: [source('b')] }),
    patch: main({ envFrom: [source('c')] }),
    merged: [source('a'), source('b')],
    patched: [source('c')],
    differs: '`envFrom`',
  },
  {
    title: 'ports',
    path: inBase('ports'),
    template: main({ ports: [{ containerPort: 80, name: 'web', protocol: 'TCP' }] }),
    override: main({ ports: [{ containerPort: 80, name: 'api', protocol: 'TCP' }] }),
    patch: main({ ports: [{ containerPort: 80, hostPort: 8080 }] }),
    merged: [{ containerPort: 80, name: 'api', protocol: 'TCP' }],
    patched: [{ containerPort: 80, name: 'api', protocol: 'TCP', hostPort: 8080 }],
  },
  {
    title: 'volumeMounts',
    path: inBase('volumeMounts'),
    template: {
      spec: { volumes, ...main({ volumeMounts: [{ name: 'data', mountPath: '/d', readOnly: true }] }).spec },
    },
    override: main({ volumeMounts: [{ name: 'cache', mountPath: '/d' }] }),
    patch: main({ volumeMounts: [{ mountPath: '/d', subPath: 'x' }] }),
    merged: [{ name: 'cache', mountPath: '/d' }],
    patched: [{ name: 'cache', mountPath: '/d', subPath: 'x' }],
    differs: THERE,
  },
  {
    title: 'resources',
    path: inBase('resources'),
    template: main({ resources: { limits: { cpu: '1' } } }),
    override: main({ resources: { requests: { memory: '1Gi' } } }),
    patch: main({ resources: { limits: { memory: '2Gi' } } }),
    merged: { requests: { memory: '1Gi' } },
    patched: { requests: { memory: '1Gi' }, limits: { memory: '2Gi' } },
    differs: OBJECTS,
  },
]
