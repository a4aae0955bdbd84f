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
    const record = projectPod(running)
    const { labels, annotations } = record.metadata
    expect(JSON.stringify({ record, labels, annotations }).length).toBeLessThan(1_300)
    expect(record).toMatchObject({
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
    expect(classifyFailure(record)).toEqual(classifyFailure(pod))
    expect(podOutcome({ type: 'MODIFIED', object: record })).toEqual(podOutcome({ type: 'MODIFIED', object: pod }))
  })

  it('keeps every byte of the main container’s termination message, and cuts what others say', () => {
    const message = JSON.stringify({ rows: 'r'.repeat(4_000) })
    const pod = projectPod(ended({ exitCode: 0, message }, { message: 'm'.repeat(10_000) }))
    expect(pod.status?.containerStatuses?.[0]?.state?.terminated?.message).toBe(message)
    expect(pod.status?.message).toHaveLength(512)
  })

  it('keeps of labels and annotations what names the task, its owner and its launch, of each pod its own', () => {
    const mapped = (mapIndex: string, launch: string): Pod => ({
      metadata: {
        labels: { ...running.metadata?.labels, 'davit-launch': launch, map_index: mapIndex },
        annotations: { ...running.metadata?.annotations, map_index: mapIndex },
      },
    })
    const marks = (pod: Pod) => {
      const { labels, annotations, launchId } = projectPod(pod).metadata
      return { labels, annotations, launchId }
    }
    const labels = { 'airflow-worker': '7', 'davit-deployment': 'default' }
    const annotations = {
      dag_id: 'sales',
      task_id: 'extract',
      run_id: 'manual__2026-01-01T00:00:00+00:00',
      try_number: '1',
    }
    for (const [mapIndex, launchId] of [
      ['0', '1-1-aaaaaaaa'],
      ['1', '1-1-bbbbbbbb'],
    ] as const) {
      expect(marks(mapped(mapIndex, launchId))).toEqual({
        labels: { ...labels, 'davit-launch': launchId },
        annotations: { ...annotations, map_index: mapIndex },
        launchId,
      })
    }
    const revoked: Pod = { metadata: { labels: { ...labels, airflow_pod_revoked: 'True' }, annotations } }
    expect(marks(revoked)).toEqual({ labels: revoked.metadata?.labels, annotations, launchId: undefined })
    expect(marks({ metadata: { labels, annotations: {} } })).toEqual({ labels, annotations: {}, launchId: undefined })
  })

  it('takes the texts of a launch only where they are the same', () => {
    const { metadata } = projectPod(running)
    const key = { dagId: 'sales', taskId: 'extract', runId: 'r', tryNumber: 1, mapIndex: -1 }
    metadata.shareTextsWith({ id: '1-2-x', key, number: 2, podName: 'another', namespace: 'elsewhere', uid: 'u2' })
    expect(metadata).toMatchObject({
      name: 'sales-extract-abcdefgh',
      uid: '11111111-1111-4111-8111-111111111111',
      launchId: '1-1-abcdefgh',
    })
  })

  it('makes a record of the barest pod', () => {
    expect(projectPod({})).toMatchObject({ name: '', namespace: '', uid: '', resourceVersion: '' })
  })
})
