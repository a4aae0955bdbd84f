import type { ContainerState, PodStatus } from 'kubernetes-types/core/v1.d.ts'
import type { TestPodOptions } from './test-pod.ts'

const at = '2026-01-01T00:00:00Z'
const state = (name: string, now: ContainerState, more: object = {}) => ({
  name,
  image: `registry.example.com/${name}:1`,
  imageID: 'sha256:0',
  ready: false,
  restartCount: 0,
  state: now,
  ...more,
})

/** Pods of every kind that the executor meets, by what is odd about them: as they are created, and the status they get. */
export const podShapes: Readonly<Record<string, { readonly pod?: TestPodOptions; readonly status?: PodStatus }>> = {
  fresh: {},
  'waits-for-an-image': {
    status: {
      phase: 'Pending',
      startTime: at,
      containerStatuses: [
        state('base', { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "nope"' } }),
      ],
    },
  },
  runs: {
    status: {
      phase: 'Running',
      startTime: at,
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        type,
        status: 'True',
        lastTransitionTime: at,
      })),
      containerStatuses: [state('base', { running: { startedAt: at } }, { ready: true, started: true })],
    },
  },
  restarted: {
    status: {
      phase: 'Running',
      containerStatuses: [
        state(
          'base',
          { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
          {
            restartCount: 3,
            lastState: { terminated: { exitCode: 137, signal: 9, reason: 'OOMKilled', startedAt: at, finishedAt: at } },
          },
        ),
      ],
    },
  },
  'ended-well': {
    status: {
      phase: 'Succeeded',
      containerStatuses: [
        state('base', {
          terminated: {
            exitCode: 0,
            reason: 'Completed',
            message: JSON.stringify({ grüße: 'Ahoj 🚣', rows: 'r'.repeat(3_000) }),
            startedAt: at,
            finishedAt: '2026-01-01T00:01:00Z',
            containerID: `containerd://${'a'.repeat(64)}`,
          },
        }),
      ],
    },
  },
  // As kubelets write it after they have lost their memory.
  'ended-without-times': {
    status: {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory.\n\ttwo lines',
      containerStatuses: [
        state('base', { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: '' } }),
        state('other', { terminated: { exitCode: -1, reason: 'Error' } }),
      ],
      initContainerStatuses: [state('init', { terminated: { exitCode: 0, reason: 'Completed' } })],
    },
  },
  disrupted: {
    status: {
      phase: 'Failed',
      conditions: [
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByTaintManager',
          message: 'Taint manager: deleting due to NoExecute taint',
          lastTransitionTime: at,
          lastProbeTime: at,
        },
        { type: 'Ready', status: 'False', reason: 'PodFailed' },
        { type: 'odd', status: 'Unknown', message: 'm' },
      ],
    },
  },
  'many-containers': {
    pod: {
      container: { resources: { requests: { cpu: '0.5', memory: '1Gi' }, limits: { memory: '1073741824' } } },
      spec: {
        initContainers: [
          { name: 'sidecar', image: 'busybox', restartPolicy: 'Always', resources: { limits: { memory: '64M' } } },
          { name: 'init', image: 'busybox', resources: { requests: { cpu: '1500m' } } },
        ],
        volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }],
        activeDeadlineSeconds: 2 ** 31 - 1,
        terminationGracePeriodSeconds: 5,
      },
    },
  },
  'gated-and-held': {
    pod: {
      finalizers: ['davit/outcome', 'example.com/other'],
      spec: { schedulingGates: [{ name: 'davit/launch' }, { name: 'example.com/gate' }] },
    },
  },
  marked: {
    pod: {
      labels: { 'airflow-worker': '7', empty: '', 'davit-launch': '1-1-abcdefgh' },
      annotations: {
        dag_id: 'größe €',
        rocket: '🚀 — 船',
        long: 'y'.repeat(50_000),
        empty: '',
        __proto__: 'no',
        constructor: 'nor this',
      },
    },
  },
}
