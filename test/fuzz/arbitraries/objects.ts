import { NAMESPACE } from '../fuzz-namespace.ts'

/** An object that is taken as it is, and where. */
export interface ValidObject {
  readonly collection: string
  readonly name: string
  readonly object: { readonly metadata: object; readonly [field: string]: unknown }
}

const inNamespace = `/api/v1/namespaces/${NAMESPACE}`

/** Valid objects with something of every type in them: texts, numbers, switches, lists, maps, times, quantities, bytes. */
export const validObjects: readonly ValidObject[] = [
  {
    collection: `${inNamespace}/pods`,
    name: 'fresh',
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'fresh',
        labels: { app: 'a' },
        annotations: { note: 'n' },
        finalizers: ['davit.test/f'],
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '0a', controller: true }],
      },
      spec: {
        schedulerName: 'nobody',
        restartPolicy: 'Never',
        activeDeadlineSeconds: 60,
        terminationGracePeriodSeconds: 5,
        nodeSelector: { disk: 'ssd' },
        automountServiceAccountToken: false,
        tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }],
        containers: [
          {
            name: 'base',
            image: 'busybox:1',
            command: ['sh'],
            args: ['-c', 'true'],
            env: [
              { name: 'A', value: 'x' },
              { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            ],
            ports: [{ containerPort: 80, protocol: 'TCP' }],
            resources: { requests: { cpu: '100m', memory: '1Gi' }, limits: { memory: '2Gi' } },
            volumeMounts: [{ name: 'v', mountPath: '/v' }],
            readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5 },
          },
        ],
        volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Mi' } }],
      },
    },
  },
  {
    collection: `${inNamespace}/configmaps`,
    name: 'fresh',
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'fresh', creationTimestamp: '2026-01-01T00:00:00Z' },
      data: { a: 'b' },
      binaryData: { c: 'AAEC' },
      immutable: false,
    },
  },
  {
    collection: `${inNamespace}/secrets`,
    name: 'fresh',
    object: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'fresh', generateName: 'fresh-' },
      type: 'Opaque',
      data: { a: 'eA==' },
      stringData: { b: 'y' },
    },
  },
  {
    collection: `${inNamespace}/serviceaccounts`,
    name: 'fresh',
    object: {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'fresh' },
      automountServiceAccountToken: true,
      secrets: [{ name: 's' }],
      imagePullSecrets: [{ name: 's' }],
    },
  },
  {
    collection: `${inNamespace}/events`,
    name: 'fresh',
    object: {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'fresh', namespace: NAMESPACE },
      involvedObject: { kind: 'Pod', namespace: NAMESPACE, name: 'p', resourceVersion: '1' },
      reason: 'R',
      message: 'm',
      source: { component: 'c' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      eventTime: null,
      count: 1,
      type: 'Normal',
    },
  },
  {
    collection: `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`,
    name: 'fresh',
    object: {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'fresh' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'davit.test/c',
      reportingInstance: 'i',
      action: 'A',
      reason: 'R',
      regarding: { kind: 'Pod', namespace: NAMESPACE, name: 'p' },
      note: 'n',
      type: 'Normal',
    },
  },
  {
    collection: '/api/v1/namespaces',
    name: 'fresh-namespace',
    object: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'fresh-namespace', labels: { a: 'b' } },
      spec: { finalizers: ['kubernetes'] },
    },
  },
  {
    collection: '/api/v1/nodes',
    name: 'fresh-node',
    object: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'fresh-node' },
      spec: { unschedulable: true, taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] },
    },
  },
]
