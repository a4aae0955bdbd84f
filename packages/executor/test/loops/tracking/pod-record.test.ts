import { describe, expect, it } from 'vitest'
import type { Pod } from '../../../src/kube/types.ts'
import { projectPod } from '../../../src/loops/tracking/pod-record.ts'
import { classifyFailure } from '../../../src/pods/classify-failure.ts'
import { podOutcome } from '../../../src/pods/pod-outcome.ts'

const running: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'sales-extract-abcdefgh',
    namespace: 'default',
    uid: '11111111-1111-4111-8111-111111111111',
    resourceVersion: '123456',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: {
      'airflow-worker': '7',
      dag_id: 'sales',
      app: 'x'.repeat(63),
      'davit-launch': '1-1-abcdefgh',
      'davit-deployment': 'default',
    },
    annotations: {
      dag_id: 'sales',
      task_id: 'extract',
      run_id: 'manual__2026-01-01T00:00:00+00:00',
      try_number: '1',
      'davit-launch': '1-1-abcdefgh',
      note: 'y'.repeat(100_000),
    },
    managedFields: [{ manager: 'kubelet' }],
  },
  spec: {
    nodeName: 'node-1',
    containers: [
      { name: 'base', image: 'busybox', args: ['z'.repeat(10_000)], resources: { limits: { memory: '64Mi' } } },
    ],
    initContainers: [{ name: 'mesh', image: 'mesh', restartPolicy: 'Always' }],
  },
  status: {
    phase: 'Running',
    startTime: '2026-01-01T00:00:01Z',
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
      (type) => ({
        type,
        status: 'True',
        lastTransitionTime: '2026-01-01T00:00:01Z',
      }),
    ),
    containerStatuses: [
      {
        name: 'base',
        image: 'docker.io/library/busybox:latest',
        imageID: 'sha256:0',
        containerID: 'containerd://1',
        ready: true,
        restartCount: 0,
        state: { running: { startedAt: '2026-01-01T00:00:01Z' } },
      },
    ],
  },
}

function ended(terminated: object, status: Pod['status'] = {}): Pod {
  const base = {
    name: 'base',
    image: '',
    imageID: '',
    ready: false,
    restartCount: 0,
    state: { terminated: terminated as never },
  }
  return { ...running, status: { ...running.status, phase: 'Failed', containerStatuses: [base], ...status } }
}

describe('projectPod', () => {
  it('keeps at most about a kibibyte of a running pod', () => {
    expect(JSON.stringify(projectPod(running).pod).length).toBeLessThan(1_300)
    expect(projectPod(running)).toMatchObject({
      name: 'sales-extract-abcdefgh',
      namespace: 'default',
      uid: '11111111-1111-4111-8111-111111111111',
      resourceVersion: '123456',
    })
  })

  it.each([
    ['an exit code', ended({ exitCode: 3, reason: 'Error' })],
    ['memory', ended({ exitCode: 137, reason: 'OOMKilled' })],
    ['an eviction', ended({ exitCode: 137, reason: 'Error' }, { reason: 'Evicted', message: 'low on memory' })],
    [
      'a disruption',
      ended(
        { exitCode: 143, reason: 'Error', finishedAt: '2026-01-01T00:01:00Z' },
        {
          conditions: [
            { type: 'Ready', status: 'True' },
            {
              type: 'DisruptionTarget',
              status: 'True',
              reason: 'EvictionByEvictionAPI',
              lastTransitionTime: '2026-01-01T00:00:50Z',
            },
          ],
        },
      ),
    ],
    [
      'a deletion',
      {
        ...ended({ exitCode: 143, reason: 'Error', finishedAt: '2026-01-01T00:01:00Z' }),
        metadata: { ...running.metadata, deletionTimestamp: '2026-01-01T00:01:20Z', deletionGracePeriodSeconds: 30 },
      },
    ],
    [
      'no room',
      {
        ...running,
        status: {
          phase: 'Pending',
          conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }],
        },
      },
    ],
    [
      'an image that cannot be pulled',
      {
        ...running,
        status: {
          phase: 'Pending',
          containerStatuses: [
            {
              name: 'base',
              image: 'nope',
              imageID: '',
              ready: false,
              restartCount: 0,
              state: { waiting: { reason: 'ErrImagePull', message: 'no' } },
            },
          ],
        },
      },
    ],
  ] satisfies [string, Pod][])('says of %s what the whole pod says', (_title, pod) => {
    const record = projectPod(pod)
    expect(classifyFailure(record.pod)).toEqual(classifyFailure(pod))
    expect(podOutcome({ type: 'MODIFIED', object: record.pod })).toEqual(podOutcome({ type: 'MODIFIED', object: pod }))
  })

  it('keeps every byte of the main container’s termination message, and cuts what others say', () => {
    const message = JSON.stringify({ rows: 'r'.repeat(4_000) })
    const { pod } = projectPod(ended({ exitCode: 0, message }, { message: 'm'.repeat(10_000) }))
    expect(pod.status?.containerStatuses?.[0]?.state?.terminated?.message).toBe(message)
    expect(pod.status?.message).toHaveLength(512)
  })

  it('makes a record of the barest pod', () => {
    expect(projectPod({})).toMatchObject({ name: '', namespace: '', uid: '', resourceVersion: '' })
  })
})
