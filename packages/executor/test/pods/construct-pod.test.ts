import { describe, expect, it } from 'vitest'
import { PodReconciliationError } from '../../src/errors.ts'
import type { Pod } from '../../src/kube/types.ts'
import { type ConstructPodOptions, constructPod } from '../../src/pods/construct-pod.ts'
import { executorVersion } from '../../src/version.ts'
import { frozen } from '../support/frozen.ts'

const task: ConstructPodOptions = {
  dagId: 'my_dag',
  taskId: 'my_task',
  podId: 'my-dag-my-task-12345678',
  tryNumber: 3,
  kubeImage: null,
  date: null,
  args: ['sh', '-c', 'true'],
  namespace: 'airflow',
  schedulerJobId: '7',
  runId: 'manual__2020-01-01T00:00:00+00:00',
  mapIndex: -1,
}
const template: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'template', namespace: 'other', labels: { app: 'b' } },
  spec: {
    containers: [{ name: 'base', image: 'template-image', env: [{ name: 'A', value: 'b' }] }],
    serviceAccountName: 'worker',
    restartPolicy: 'OnFailure',
  },
}
const identityLabels = {
  dag_id: 'my_dag',
  task_id: 'my_task',
  try_number: '3',
  kubernetes_executor: 'True',
  airflow_version: executorVersion,
  'airflow-worker': '7',
  run_id: 'manual__2020-01-01T0000000000-27222e522',
}
const identityAnnotations = {
  dag_id: 'my_dag',
  task_id: 'my_task',
  try_number: '3',
  run_id: 'manual__2020-01-01T00:00:00+00:00',
}
const generatedEnv = { name: 'AIRFLOW_IS_K8S_EXECUTOR_POD', value: 'True' }

describe('constructPod', () => {
  it('generates what is known of the task, and nothing else', () => {
    expect(constructPod(frozen({ ...task, kubeImage: 'busybox:1' }))).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'my-dag-my-task-12345678',
        namespace: 'airflow',
        labels: identityLabels,
        annotations: identityAnnotations,
      },
      spec: { containers: [{ name: 'base', image: 'busybox:1', args: ['sh', '-c', 'true'], env: [generatedEnv] }] },
    })
  })

  it('lays the task over the template, and the override over both', () => {
    const podOverrideObject = {
      metadata: { labels: { app: 'c' }, annotations: { note: 'c' } },
      spec: {
        containers: [{ name: 'base', args: ['other'], resources: { limits: { cpu: '2' } } }],
        serviceAccountName: 'own',
      },
    }
    const pod = constructPod(frozen({ ...task, baseWorkerPod: template, podOverrideObject }))
    expect(pod).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'my-dag-my-task-12345678',
        namespace: 'airflow',
        labels: { ...identityLabels, app: 'c' },
        annotations: { ...identityAnnotations, note: 'c' },
      },
      spec: {
        containers: [
          {
            name: 'base',
            image: 'template-image',
            args: ['other'],
            env: [{ name: 'A', value: 'b' }, generatedEnv],
            resources: { limits: { cpu: '2' } },
          },
        ],
        serviceAccountName: 'own',
        restartPolicy: 'OnFailure',
      },
    })
  })

  it.each<[string, string | null, string | undefined, string | undefined]>([
    ["the override's", 'kube', 'override', 'override'],
    ["the executor's", 'kube', undefined, 'kube'],
    ["the executor's, before an empty one", 'kube', '', 'kube'],
    ["the template's", null, undefined, 'template-image'],
  ])('takes the image: %s', (_, kubeImage, image, expected) => {
    const podOverrideObject = { spec: { containers: [{ name: 'base', ...(image === undefined ? {} : { image }) }] } }
    const pod = constructPod(frozen({ ...task, kubeImage, podOverrideObject, baseWorkerPod: template }))
    expect(pod.spec?.containers[0]?.image).toBe(expected)
  })

  it('has a map index and a date where they are given', () => {
    const { metadata } = constructPod({
      ...task,
      mapIndex: 4,
      date: new Date('2020-11-03T00:00:00Z'),
      airflowVersion: '3.3.2+x',
    })
    expect(metadata?.labels).toMatchObject({
      map_index: '4',
      logical_date: '2020-11-03T00_00_00_plus_00_00',
      airflow_version: '3.3.2-x',
    })
    expect(metadata?.annotations).toMatchObject({ map_index: '4', logical_date: '2020-11-03T00:00:00+00:00' })
  })

  it('does not let template or override change who the pod is', () => {
    const foreign = {
      dag_id: 'x',
      task_id: 'x',
      run_id: 'x',
      try_number: '9',
      map_index: '9',
      kubernetes_executor: 'False',
      'airflow-worker': '9',
      airflow_executor_done: 'True',
      airflow_pod_revoked: 'True',
    }
    const strange = {
      metadata: { name: 'mine', namespace: 'mine', labels: foreign, annotations: foreign },
      spec: { containers: [{ name: 'main' }] },
    }
    for (const layers of [{ podOverrideObject: strange }, { baseWorkerPod: strange }]) {
      const pod = constructPod(frozen({ ...task, ...layers }))
      expect(pod.metadata?.name).toBe('my-dag-my-task-12345678')
      expect(pod.metadata?.labels).toEqual(identityLabels)
      expect(pod.metadata?.annotations).toMatchObject(identityAnnotations)
      expect(pod.metadata?.annotations).not.toHaveProperty('map_index')
      expect(pod.spec?.containers[0]?.name).toBe('base')
    }
    expect(constructPod({ ...task, podOverrideObject: strange }).metadata?.namespace).toBe('mine')
  })

  it('refuses a second container with the name of the first', () => {
    const podOverrideObject = { spec: { containers: [{ name: 'sidecar' }, { name: 'base' }] } }
    expect(() => constructPod({ ...task, podOverrideObject })).toThrow(
      new PodReconciliationError([
        {
          file: null,
          path: 'spec.containers[1].name',
          message: 'only the first container can be named base',
          hint: 'containers are merged by their place: put the task’s own first in template and override',
        },
      ]),
    )
  })

  it('cuts a name of more than 63 characters', () => {
    const pod = constructPod({ ...task, podId: 'a'.repeat(70), random: () => 0 })
    expect(pod.metadata?.name).toBe(`${'a'.repeat(54)}-00000000`)
  })

  it('applies the patch after the override, and the identity after both', () => {
    const { metadata, spec } = constructPod(
      frozen({
        ...task,
        baseWorkerPod: template,
        podOverrideObject: { spec: { hostNetwork: true, containers: [{ name: 'main', image: 'mine', tty: true }] } },
        podPatch: {
          metadata: { name: 'theirs', labels: { app: null, 'airflow-worker': '8', kind: '' } },
          spec: {
            hostNetwork: false,
            serviceAccountName: null,
            containers: [
              { name: 'log', image: 'sidecar' },
              { name: 'base', tty: false, env: [{ name: 'A', $patch: 'delete' }] },
            ],
          },
        },
      }),
    )
    expect(metadata).toMatchObject({ name: task.podId, labels: { ...identityLabels, kind: '' } })
    expect(metadata?.labels).not.toHaveProperty('app')
    expect(spec).toEqual({
      hostNetwork: false,
      restartPolicy: 'OnFailure',
      containers: [
        { name: 'log', image: 'sidecar' },
        { name: 'base', image: 'mine', args: task.args, tty: false, env: [generatedEnv] },
      ],
    })
  })

  it('names the first container base when the patch has taken base away', () => {
    const podPatch = { spec: { containers: [{ $patch: 'replace' }, { name: 'other', image: 'x' }] } }
    expect(constructPod({ ...task, podPatch }).spec?.containers).toEqual([{ name: 'base', image: 'x' }])
  })

  it('names what is wrong with template, override and patch at once', () => {
    const podPatch = { spec: { containers: [{ image: 'x' }], hostNetwerk: false } }
    const podOverrideObject = { spec: { hostNetwerk: true } } as unknown as Pod
    const build = (strictPodFields: boolean) => () =>
      constructPod({ ...task, podOverrideObject, podPatch, strictPodFields })
    expect(build(true)).toThrow(
      expect.objectContaining({
        problems: ['podOverride.spec.hostNetwerk', 'podPatch.spec.hostNetwerk', 'podPatch.spec.containers[0]'].map(
          (path) => expect.objectContaining({ path }),
        ),
      }),
    )
    expect(build(false)).toThrow('podPatch.spec.containers[0]: has no name')
    const { spec } = constructPod({
      ...task,
      strictPodFields: false,
      podPatch: { spec: { hostNetwerk: true, hostPID: false } },
    })
    expect(spec).toMatchObject({ hostPID: false })
    expect(spec).not.toHaveProperty('hostNetwerk')
  })

  it('passes duplicates on', () => {
    const podOverrideObject = { spec: { containers: [{ name: 'base', env: [{ name: 'A', value: 'c' }] }] } }
    const options = frozen({ ...task, baseWorkerPod: template, podOverrideObject })
    const env = (pod: Pod) => pod.spec?.containers[0]?.env?.map(({ name, value }) => `${name}=${value}`)
    expect(env(constructPod(options))).toEqual(['A=c', 'AIRFLOW_IS_K8S_EXECUTOR_POD=True'])
    expect(env(constructPod({ ...options, duplicates: 'airflow' }))).toEqual([
      'A=b',
      'AIRFLOW_IS_K8S_EXECUTOR_POD=True',
      'A=c',
    ])
  })

  it('names every unknown field of template and override, with the nearest one', () => {
    const podOverrideObject = {
      spec: { nodeSelectors: { disk: 'ssd' }, containers: [{ name: 'base', imagePullPolicyy: 'Always', tty: 'yes' }] },
    } as unknown as Pod
    const baseWorkerPod = { metadata: { lables: {} }, spec: { containers: [] } } as unknown as Pod
    expect(problemsOf({ ...task, baseWorkerPod, podOverrideObject })).toEqual([
      { file: null, path: 'podTemplate.metadata.lables', message: 'unknown field', hint: 'did you mean labels?' },
      {
        file: null,
        path: 'podOverride.spec.nodeSelectors',
        message: 'unknown field',
        hint: 'did you mean nodeSelector?',
      },
      {
        file: null,
        path: 'podOverride.spec.containers[0].imagePullPolicyy',
        message: 'unknown field',
        hint: 'did you mean imagePullPolicy?',
      },
      { file: null, path: 'podOverride.spec.containers[0].tty', message: 'must be true or false, not the text "yes"' },
    ])
  })

  it('leaves unknown fields out without strictPodFields, as Airflow does', () => {
    const podOverrideObject = {
      extra: 1,
      spec: { nodeSelectors: {}, containers: [{ name: 'base', imge: 'x', env: [{ name: 'N', value: 5 }] }] },
    } as unknown as Pod
    const pod = constructPod(frozen({ ...task, podOverrideObject, strictPodFields: false }))
    expect(pod).not.toHaveProperty('extra')
    expect(pod.spec).not.toHaveProperty('nodeSelectors')
    expect(pod.spec?.containers[0]).toEqual({
      name: 'base',
      args: ['sh', '-c', 'true'],
      env: [generatedEnv, { name: 'N', value: '5' }],
    })
  })

  it('says what cannot be merged', () => {
    const podOverrideObject = { spec: { containers: [{ name: 'base', env: 'A=1' }] } } as unknown as Pod
    const problems = problemsOf({ ...task, podOverrideObject, strictPodFields: false })
    expect(problems.map(({ message }) => message)).toEqual([
      'template and override cannot be merged: env: must be a list, and the client\'s is "A=1"',
    ])
  })
})

function problemsOf(options: ConstructPodOptions) {
  try {
    constructPod(options)
  } catch (error) {
    if (error instanceof PodReconciliationError) return error.problems
    throw error
  }
  return []
}
