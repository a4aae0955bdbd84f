import { describe, expect, it } from 'vitest'
import { NamespaceNotWatchedError, PodError } from '../../src/errors.ts'
import type { Container, Pod } from '../../src/kube/types.ts'
import { launchId, podName } from '../../src/pods/launch-name.ts'
import { applyPodIdentity, podIdentity } from '../../src/pods/pod-identity.ts'
import { frozen } from '../support/frozen.ts'

const key = { dagId: 'sales', taskId: 'sum', runId: 'manual__1', tryNumber: 2, mapIndex: 5 }
const launch = { deployment: 'blue', key, number: 3 }
const identity = frozen(podIdentity({ ...launch, schedulerJobId: 7, airflowVersion: '1.2.3' }))
const labels = {
  dag_id: 'sales',
  task_id: 'sum',
  run_id: 'manual__1',
  try_number: '2',
  map_index: '5',
  kubernetes_executor: 'True',
  airflow_version: '1.2.3',
  'airflow-worker': '7',
  'davit-deployment': 'blue',
  'davit-launch': launchId(launch),
}
const annotations = {
  dag_id: 'sales',
  task_id: 'sum',
  run_id: 'manual__1',
  try_number: '2',
  map_index: '5',
  'davit-launch': launchId(launch),
}
const built = (spec: object = {}, metadata: object = {}) =>
  frozen<Pod>({
    metadata: { name: 'x', namespace: 'a', ...metadata },
    spec: { containers: [{ name: 'base', image: 'i' }], ...spec },
  })

describe('podIdentity', () => {
  it('is the name, the labels and the annotations of the launch', () => {
    expect(identity).toEqual({ name: podName(launch), launchId: launchId(launch), labels, annotations })
  })
})

describe('applyPodIdentity', () => {
  it('sets what the pod is known by, and ends its restarts', () => {
    expect(applyPodIdentity(built(), identity, ['a'])).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: podName(launch), namespace: 'a', labels, annotations },
      spec: { containers: [{ name: 'base', image: 'i' }], restartPolicy: 'Never' },
    })
  })

  it('wins over template, override and hook', () => {
    const foreign = (marks: object) => Object.fromEntries(Object.keys(marks).map((name) => [name, 'x']))
    const metadata = {
      generateName: 'x-',
      labels: { ...foreign(labels), airflow_executor_done: 'True', airflow_pod_revoked: 'True', app: 'mine' },
      annotations: { ...foreign(annotations), note: 'mine' },
    }
    const pod = applyPodIdentity(built({ restartPolicy: 'Always' }, metadata), identity, null)
    expect(pod.metadata).toEqual({
      name: podName(launch),
      namespace: 'a',
      labels: { ...labels, app: 'mine' },
      annotations: { ...annotations, note: 'mine' },
    })
    expect(pod.spec?.restartPolicy).toBe('Never')
    expect(applyPodIdentity(pod, identity, null)).toEqual(pod)
  })

  it.each<[string, string[], string[]]>([
    ['keeps base in its place', ['proxy', 'base'], ['proxy', 'base']],
    ['names the first when a hook took the name away', ['main', 'proxy'], ['base', 'proxy']],
  ])('%s', (_, names, expected) => {
    const pod = applyPodIdentity(built({ containers: names.map((name) => ({ name })) }), identity, null)
    expect(pod.spec?.containers.map(({ name }) => name)).toEqual(expected)
  })

  it("lets native sidecars restart, and nobody else's containers", () => {
    const rules = { restartPolicyRules: [{ action: 'Restart' }] }
    const spec = {
      containers: [{ name: 'base', restartPolicy: 'Always', ...rules } as Container],
      initContainers: [
        { name: 'sidecar', restartPolicy: 'Always' },
        { name: 'fetch', restartPolicy: 'OnFailure', ...rules },
      ],
    }
    expect(applyPodIdentity(built(spec), identity, null).spec).toEqual({
      containers: [{ name: 'base' }],
      initContainers: [{ name: 'sidecar', restartPolicy: 'Always' }, { name: 'fetch' }],
      restartPolicy: 'Never',
    })
  })

  it('refuses a namespace that nobody watches', () => {
    expect(() => applyPodIdentity(built(), identity, ['b', 'c'])).toThrow(new NamespaceNotWatchedError('a', ['b', 'c']))
    expect(applyPodIdentity(built(), identity, null).metadata?.namespace).toBe('a')
  })

  it('refuses a pod of which a hook left nothing', () => {
    expect(() => applyPodIdentity(built({ containers: [] }), identity, null)).toThrow(
      new PodError([{ file: null, path: 'spec.containers', message: 'is empty' }]),
    )
    expect(() => applyPodIdentity({ spec: { containers: [] } }, identity, null)).toThrow(
      new PodError([{ file: null, path: 'metadata.namespace', message: 'is missing' }]),
    )
  })
})
