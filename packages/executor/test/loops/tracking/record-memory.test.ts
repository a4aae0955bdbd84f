import { describe, expect, it } from 'vitest'
import type { Pod } from '../../../src/kube/types.ts'
import { type PodRecord, projectPod } from '../../../src/loops/tracking/pod-record.ts'
import { heapUsed } from '../../support/heap-used.ts'
import { podOf, ScriptedPods } from '../../support/scripted-pods.ts'
import { makeReflector, recordOf } from '../../support/start-reflector.ts'

/** A pod of an ordinary task as an API server sends it, 5 KB of JSON. */
function podText(index: number): string {
  const at = '2026-01-01T00:00:00Z'
  const ids = { dag_id: 'sales', task_id: 'extract', run_id: 'manual__2026-01-01T00:00:00+00:00', try_number: '1' }
  const env = Array.from({ length: 14 }, (_, at) => ({ name: `VARIABLE_${at}`, value: `the value of variable ${at}` }))
  const pod = {
    kind: 'Pod',
    metadata: {
      name: `sales-extract-${index}`,
      namespace: 'tasks',
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      resourceVersion: String(100_000 + index),
      creationTimestamp: at,
      labels: {
        ...ids,
        'airflow-worker': '7',
        'davit-deployment': 'default',
        'davit-launch': `1-1-${index}`,
        kubernetes_executor: 'True',
      },
      annotations: { ...ids, map_index: String(index), 'davit-launch': '1-1' },
      managedFields: [
        {
          manager: 'davit',
          fieldsV1: Object.fromEntries(
            env.map(({ name }) => [`k:{"name":"${name}"}`, { '.': {}, 'f:name': {}, 'f:value': {} }]),
          ),
        },
      ],
    },
    spec: {
      nodeName: `node-${index % 50}`,
      volumes: Array.from({ length: 4 }, (_, at) => ({ name: `volume-${at}`, secret: { secretName: `secret-${at}` } })),
      containers: [
        { name: 'base', image: 'registry.example.com/team/worker:1', env, resources: { limits: { memory: '512Mi' } } },
      ],
    },
    status: {
      phase: 'Running',
      startTime: at,
      conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
        (type) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: at }),
      ),
      containerStatuses: [
        {
          name: 'base',
          image: 'registry.example.com/team/worker:1',
          imageID: 'sha256:0',
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: at } },
        },
      ],
    },
  }
  return JSON.stringify(pod)
}

describe('P21: memory', () => {
  it('P21 a: a running pod takes at most 1 KiB of the cache, whatever its size, and 20,000 at most 20 MB', () => {
    const COUNT = 20_000
    const records: PodRecord[] = []
    const before = heapUsed()
    for (let index = 0; index < COUNT; index++) records.push(projectPod(JSON.parse(podText(index)) as Pod))
    const each = (heapUsed() - before) / COUNT
    expect(records).toHaveLength(COUNT)
    expect(each).toBeLessThan(1_024)
    expect(each * 20_000).toBeLessThan(20_000_000)
  })

  // 100,000 pods through a steady 1,000, not a million through 5,000.
  it('P21 b: pods that come and go leave nothing behind', { timeout: 60_000 }, async () => {
    const pods = new ScriptedPods()
    const { reflector, clock, notices } = makeReflector({ project: recordOf }, pods)
    reflector.start()
    await clock.advance(0)
    let version = 100
    let begun = 0
    const churn = async (count: number) => {
      for (const end = begun + count; begun < end; begun++) {
        pods.last.send('ADDED', podOf(`p${begun}`, ++version))
        if (begun >= 1_000) pods.last.send('DELETED', podOf(`p${begun - 1_000}`, ++version))
        if (begun % 1_000 === 0) {
          await clock.advance(0)
          notices.length = 0
        }
      }
      await clock.advance(0)
      notices.length = 0
      expect(reflector.store.size).toBe(1_000)
    }
    await churn(20_000)
    const before = heapUsed()
    await churn(100_000)
    const grown = heapUsed() - before
    expect(grown).toBeLessThan(1024 * 1024)
    await reflector.stop()
  })
})
