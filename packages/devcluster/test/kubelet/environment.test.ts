import { describe, expect, it } from 'vitest'
import { DownwardApiError } from '../../src/kubelet/downward-api.ts'
import { ContainerConfigError, containerEnvironment, type EnvironmentSources } from '../../src/kubelet/environment.ts'
import type { Pod } from '../../src/types.ts'

type Container = NonNullable<Pod['spec']>['containers'][number]

const POD: Pod = {
  metadata: {
    name: 'pod-1',
    namespace: 'team',
    uid: 'uid-1',
    labels: { app: 'x', 'davit.dev/key': 'y' },
    annotations: { note: 'quote " tab\t bell\u0007' },
  },
  spec: {
    nodeName: 'node-1',
    serviceAccountName: 'robot',
    containers: [{ name: 'other', resources: { requests: { cpu: '1500m' } } }],
  },
}

const SOURCES: EnvironmentSources = {
  namespace: 'team',
  downward: {
    pod: POD,
    podIP: '127.0.0.1',
    hostIP: '127.0.0.1',
    allocatable: { cpu: '4', memory: '8Gi', 'ephemeral-storage': '10Gi' },
  },
  configMap: (name) => (name === 'map' ? { data: { one: '1', two: '$(one)' } } : undefined),
  secret: (name) => (name === 'keys' ? { data: { token: Buffer.from('s3cret\n').toString('base64') } } : undefined),
}

const environment = (container: Partial<Container>) =>
  Object.fromEntries(containerEnvironment({ name: 'base', ...container }, SOURCES))

describe('containerEnvironment', () => {
  it('expands values with those that stand before them', () => {
    expect(
      environment({
        env: [
          { name: 'A', value: 'a' },
          { name: 'B', value: '$(A)/$(LATER)/$$(A)' },
          { name: 'LATER', value: 'x' },
          { name: 'EMPTY' },
        ],
      }),
    ).toEqual({ A: 'a', B: 'a/$(LATER)/$(A)', LATER: 'x', EMPTY: '' })
  })

  it('takes maps and secrets whole, with a prefix, and lets env go before them', () => {
    expect(
      environment({
        envFrom: [{ configMapRef: { name: 'map' }, prefix: 'P_' }, { secretRef: { name: 'keys' } }],
        env: [
          { name: 'P_one', value: 'mine' },
          { name: 'REF', value: '$(token)' },
        ],
      }),
    ).toEqual({ P_one: 'mine', P_two: '$(one)', token: 's3cret\n', REF: 's3cret\n' })
  })

  it('leaves out what is optional and missing', () => {
    expect(
      environment({
        envFrom: [{ configMapRef: { name: 'no', optional: true } }, { secretRef: { name: 'no', optional: true } }],
        env: [
          { name: 'A', valueFrom: { configMapKeyRef: { name: 'no', key: 'k', optional: true } } },
          { name: 'B', valueFrom: { configMapKeyRef: { name: 'map', key: 'no', optional: true } } },
          { name: 'C', valueFrom: { secretKeyRef: { name: 'keys', key: 'toString', optional: true } } },
        ],
      }),
    ).toEqual({})
  })

  it.each<[string, Partial<Container>]>([
    ['configmap "no" not found', { envFrom: [{ configMapRef: { name: 'no' } }] }],
    ['secret "no" not found', { envFrom: [{ secretRef: { name: 'no' } }] }],
    ['configmap "no" not found', { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'no', key: 'k' } } }] }],
    ['secret "no" not found', { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'no', key: 'k' } } }] }],
    [
      "couldn't find key k in ConfigMap team/map",
      { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'map', key: 'k' } } }] },
    ],
    [
      "couldn't find key k in Secret team/keys",
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'keys', key: 'k' } } }] },
    ],
  ])('says %s', (message, container) => {
    expect(() => environment(container)).toThrow(new ContainerConfigError(message))
  })

  it.each([
    ['metadata.name', 'pod-1'],
    ['metadata.namespace', 'team'],
    ['metadata.uid', 'uid-1'],
    ["metadata.labels['davit.dev/key']", 'y'],
    ["metadata.labels['none']", ''],
    ['metadata.labels', 'app="x"\ndavit.dev/key="y"'],
    ['metadata.annotations', 'note="quote \\" tab\\t bell\\x07"'],
    ['spec.nodeName', 'node-1'],
    ['spec.serviceAccountName', 'robot'],
    ['status.podIP', '127.0.0.1'],
    ['status.podIPs', '127.0.0.1'],
    ['status.hostIP', '127.0.0.1'],
  ])('knows the field %s', (fieldPath, value) => {
    expect(environment({ env: [{ name: 'F', valueFrom: { fieldRef: { fieldPath } } }] })).toEqual({ F: value })
  })

  it('refuses a field that the downward API does not have', () => {
    expect(() =>
      environment({ env: [{ name: 'F', valueFrom: { fieldRef: { fieldPath: 'spec.hostname' } } }] }),
    ).toThrow(new DownwardApiError('field label not supported: spec.hostname'))
  })

  it.each([
    [{ resource: 'limits.cpu' }, '1'],
    [{ resource: 'limits.cpu', divisor: '1m' }, '250'],
    [{ resource: 'requests.cpu', divisor: '1m' }, '100'],
    [{ resource: 'limits.memory' }, '67108864'],
    [{ resource: 'limits.memory', divisor: '1Mi' }, '64'],
    [{ resource: 'limits.memory', divisor: '1Gi' }, '1'],
    [{ resource: 'requests.memory' }, '0'],
    [{ resource: 'limits.ephemeral-storage', divisor: '1Gi' }, '10'],
    [{ resource: 'requests.cpu', containerName: 'other' }, '2'],
    [{ resource: 'limits.memory', divisor: '1Gi', containerName: 'other' }, '8'],
  ])('counts %j', (resourceFieldRef, value) => {
    const resources = { limits: { cpu: '250m', memory: '64Mi' }, requests: { cpu: '100m' } }
    expect(environment({ resources, env: [{ name: 'R', valueFrom: { resourceFieldRef } }] })).toEqual({ R: value })
  })
})
