import { describe, expect, it } from 'vitest'
import type { Container, ObjectMeta, Pod, PodSpec } from '../../src/kube/types.ts'
import { reconcileContainers, reconcileMetadata, reconcilePods, reconcileSpecs } from '../../src/pods/reconcile-pods.ts'
import { frozen } from '../support/frozen.ts'

const airflow = { duplicates: 'airflow' } as const
const containers: Container[] = []

describe('reconcilePods', () => {
  const base = frozen<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'template', labels: { app: 'b', team: 'b' } },
    spec: {
      containers: [{ name: 'base', image: 'b', env: [{ name: 'A', value: '1' }] }],
      nodeSelector: { disk: 'ssd' },
      automountServiceAccountToken: false,
    },
  })

  it('gives the base where there is no client, or an empty one', () => {
    expect(reconcilePods(base, null)).toEqual(base)
    expect(reconcilePods(base, undefined)).toEqual(base)
    expect(reconcilePods(base, {})).toEqual(base)
    expect(reconcilePods(base, { metadata: {}, spec: { containers } })).toEqual(base)
  })

  it('gives the client where there is no base', () => {
    expect(reconcilePods(null, base)).toEqual(base)
    expect(reconcilePods(null, null)).toBeNull()
  })

  it('lays metadata, spec and the rest over the base', () => {
    const client = frozen<Pod>({
      metadata: { name: 'task', labels: { team: '', extra: 'c' } },
      spec: {
        containers: [{ name: 'main', args: ['x'] }],
        nodeSelector: { gpu: 'yes' },
        automountServiceAccountToken: true,
      },
    })
    expect(reconcilePods(base, client)).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'task', labels: { app: 'b', team: '', extra: 'c' } },
      spec: {
        containers: [{ name: 'main', image: 'b', args: ['x'], env: [{ name: 'A', value: '1' }] }],
        nodeSelector: { gpu: 'yes' },
        automountServiceAccountToken: true,
      },
    })
  })

  it('shares nothing with its inputs', () => {
    const mine = structuredClone(base)
    const merged = reconcilePods(mine, { metadata: { name: 'c' } })
    merged.spec?.containers.push({ name: 'more' })
    if (merged.metadata?.labels) merged.metadata.labels.app = 'changed'
    expect(mine).toEqual(base)
  })
})

describe('reconcileMetadata', () => {
  it.each<[string, ObjectMeta | null, ObjectMeta | null, ObjectMeta | null]>([
    ['neither', null, null, null],
    ['the base alone', { name: 'b' }, null, { name: 'b' }],
    ['the client alone', null, { name: 'c' }, { name: 'c' }],
    [
      'labels and annotations of both',
      { labels: { a: 'b', x: 'b' }, annotations: { a: 'b' } },
      { labels: { x: 'c', y: 'c' }, annotations: { a: '' } },
      { labels: { a: 'b', x: 'c', y: 'c' }, annotations: { a: '' } },
    ],
    [
      'the name and namespace of the client',
      { name: 'b', namespace: 'b' },
      { name: 'c' },
      { name: 'c', namespace: 'b' },
    ],
  ])('takes %s', (_, base, client, expected) => {
    expect(reconcileMetadata(frozen(base), frozen(client))).toEqual(expected)
    expect(reconcileMetadata(frozen(base), frozen(client), airflow)).toEqual(expected)
  })

  const owner = (uid: string, name = uid) => ({ apiVersion: 'v1', kind: 'Pod', name, uid })
  const base: ObjectMeta = { finalizers: ['a/1', 'a/2'], ownerReferences: [owner('1'), owner('2')] }
  const client: ObjectMeta = { finalizers: ['a/2', 'a/3'], ownerReferences: [owner('2', 'new')] }

  it('keeps finalizers and owners of both', () => {
    expect(reconcileMetadata(frozen(base), frozen(client))).toEqual({
      finalizers: ['a/1', 'a/2', 'a/3'],
      ownerReferences: [owner('1'), owner('2', 'new')],
    })
  })

  it("airflow: keeps the client's finalizers and owners alone", () => {
    expect(reconcileMetadata(frozen(base), frozen(client), airflow)).toEqual(client)
    expect(reconcileMetadata(frozen(base), frozen({ name: 'c' }), airflow)).toEqual({ name: 'c', ...base })
  })
})

describe('reconcileSpecs', () => {
  it.each<[string, PodSpec | null, PodSpec | null, PodSpec | null]>([
    ['neither', null, null, null],
    ['the base alone', { containers, nodeName: 'b' }, null, { containers, nodeName: 'b' }],
    ['the client alone', null, { containers, nodeName: 'c' }, { containers, nodeName: 'c' }],
    [
      'objects of the client whole',
      { containers, securityContext: { runAsUser: 1, fsGroup: 2 }, tolerations: [{ key: 'b' }] },
      { containers, securityContext: { runAsUser: 3 }, tolerations: [{ key: 'c' }] },
      { containers, securityContext: { runAsUser: 3 }, tolerations: [{ key: 'c' }] },
    ],
    [
      'false and 0 of the base, which the client cannot set',
      { containers, hostNetwork: true, priority: 3, enableServiceLinks: false },
      { containers, hostNetwork: false, priority: 0 },
      { containers, hostNetwork: true, priority: 3, enableServiceLinks: false },
    ],
  ])('takes %s', (_, base, client, expected) => {
    expect(reconcileSpecs(frozen(base), frozen(client))).toEqual(expected)
    expect(reconcileSpecs(frozen(base), frozen(client), airflow)).toEqual(expected)
  })

  const volumes = (...rows: [string, string][]) => rows.map(([name, path]) => ({ name, hostPath: { path } }))
  const base = frozen({ containers, volumes: volumes(['a', '/b/a'], ['b', '/b/b']) })
  const client = frozen({ containers, volumes: volumes(['c', '/c/c'], ['a', '/c/a']) })

  it("puts a volume in its namesake's place, and new ones behind", () => {
    expect(reconcileSpecs(base, client)?.volumes).toEqual(volumes(['a', '/c/a'], ['b', '/b/b'], ['c', '/c/c']))
  })

  it('airflow: appends volumes', () => {
    expect(reconcileSpecs(base, client, airflow)?.volumes).toEqual([...base.volumes, ...client.volumes])
  })

  it.each([{}, airflow])('merges init containers of one name like containers: %j', (options) => {
    const ours = frozen<Container[]>([
      { name: 'fetch', image: 'b', env: [{ name: 'A', value: 'b' }], resources: { limits: { cpu: '1' } } },
      { name: 'check', image: 'b' },
    ])
    const theirs = frozen<Container[]>([
      { name: 'last', image: 'c' },
      { name: 'fetch', args: ['c'], env: [{ name: 'B', value: 'c' }] },
      { name: 'more', image: 'c' },
    ])
    const merged = reconcileSpecs({ containers, initContainers: ours }, { containers, initContainers: theirs }, options)
    expect(merged?.initContainers).toEqual([
      {
        name: 'fetch',
        image: 'b',
        args: ['c'],
        env: [
          { name: 'A', value: 'b' },
          { name: 'B', value: 'c' },
        ],
        resources: { limits: { cpu: '1' } },
      },
      { name: 'check', image: 'b' },
      { name: 'last', image: 'c' },
      { name: 'more', image: 'c' },
    ])
  })

  it('takes init containers of one side as they are', () => {
    const initContainers = [{ name: 'a' }]
    expect(reconcileSpecs({ containers, initContainers }, { containers, nodeName: 'c' })?.initContainers).toEqual(
      initContainers,
    )
    expect(reconcileSpecs({ containers, nodeName: 'b' }, { containers, initContainers })?.initContainers).toEqual(
      initContainers,
    )
  })
})

describe('reconcileContainers', () => {
  it.each<[string, Container[] | null, Container[] | null, Container[]]>([
    ['neither side', null, [], []],
    ['the base alone', [{ name: 'b' }], [], [{ name: 'b' }]],
    ['the client alone', null, [{ name: 'c' }], [{ name: 'c' }]],
    ['pairs by place, whatever their names', [{ name: 'b', image: 'b' }], [{ name: 'c' }], [{ name: 'c', image: 'b' }]],
    ['an empty name from the base', [{ name: 'b' }], [{ name: '', image: 'c' }], [{ name: 'b', image: 'c' }]],
    ['surplus of the base', [{ name: 'b' }, { name: 'b2' }], [{ name: 'c' }], [{ name: 'c' }, { name: 'b2' }]],
    ['surplus of the client', [{ name: 'b' }], [{ name: 'c' }, { name: 'c2' }], [{ name: 'c' }, { name: 'c2' }]],
    [
      'resources, command and args whole',
      [{ name: 'b', command: ['b'], args: ['b', 'b'], resources: { limits: { cpu: '1' }, requests: { cpu: '1' } } }],
      [{ name: 'c', args: ['c'], resources: { limits: { memory: '1Gi' } } }],
      [{ name: 'c', command: ['b'], args: ['c'], resources: { limits: { memory: '1Gi' } } }],
    ],
  ])('takes %s', (_, base, client, expected) => {
    expect(reconcileContainers(frozen(base), frozen(client))).toEqual(expected)
    expect(reconcileContainers(frozen(base), frozen(client), airflow)).toEqual(expected)
  })

  const mount = (name: string, mountPath: string) => ({ name, mountPath })
  const port = (containerPort: number, rest: object = {}) => ({ containerPort, ...rest })

  it.each<[string, string, unknown[], unknown[], unknown[]]>([
    [
      'env, by name',
      'env',
      [
        { name: 'A', value: 'b' },
        { name: 'B', value: 'b' },
      ],
      [
        { name: 'C', value: 'c' },
        { name: 'A', value: 'c' },
      ],
      [
        { name: 'A', value: 'c' },
        { name: 'B', value: 'b' },
        { name: 'C', value: 'c' },
      ],
    ],
    [
      'env, and the last of one side',
      'env',
      [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
      [
        { name: 'B', value: '3' },
        { name: 'B', value: '4' },
      ],
      [
        { name: 'A', value: '2' },
        { name: 'B', value: '4' },
      ],
    ],
    [
      'volumeMounts, by mountPath',
      'volumeMounts',
      [mount('v', '/a'), mount('v', '/b')],
      [mount('w', '/b'), mount('v', '/c')],
      [mount('v', '/a'), mount('w', '/b'), mount('v', '/c')],
    ],
    [
      'ports, by number and protocol',
      'ports',
      [port(80), port(53, { protocol: 'UDP' })],
      [port(80, { protocol: 'TCP', hostPort: 8080 }), port(53)],
      [port(80, { protocol: 'TCP', hostPort: 8080 }), port(53, { protocol: 'UDP' }), port(53)],
    ],
    [
      'ports, and by name',
      'ports',
      [port(80, { name: 'http' }), port(81)],
      [port(8080, { name: 'http' })],
      [port(8080, { name: 'http' }), port(81)],
    ],
    [
      'ports, of which one takes the place of two',
      'ports',
      [port(80, { name: 'a' }), port(81, { name: 'b' }), port(82)],
      [port(81, { name: 'a' })],
      [port(81, { name: 'a' }), port(82)],
    ],
  ])('merges %s', (_, field, base, client, merged) => {
    const pair = [[{ name: 'b', [field]: base }], [{ name: 'c', [field]: client }]] as [Container[], Container[]]
    expect(reconcileContainers(...frozen(pair))).toEqual([{ name: 'c', [field]: merged }])
    expect(reconcileContainers(...frozen(pair), airflow)).toEqual([{ name: 'c', [field]: [...base, ...client] }])
  })

  it.each(['envFrom', 'volumeDevices'])('appends %s', (field) => {
    const items = [{ name: 'x', devicePath: '/dev/x' }]
    const pair = [[{ name: 'b', [field]: items }], [{ name: 'c', [field]: items }]] as [Container[], Container[]]
    expect(reconcileContainers(...frozen(pair))).toEqual([{ name: 'c', [field]: [...items, ...items] }])
    expect(reconcileContainers(...frozen(pair), airflow)).toEqual([{ name: 'c', [field]: [...items, ...items] }])
  })
})
