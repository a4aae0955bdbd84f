import { describe, expect, it } from 'vitest'
import type { Pod } from '../../../src/kube/types.ts'
import { deploymentOf, keyOfPod, launchIdOf, launchOfPod } from '../../../src/loops/tracking/launch-of-pod.ts'
import { type PodRecord, projectPod } from '../../../src/loops/tracking/pod-record.ts'

const key = { dagId: 'etl', taskId: 'extract', runId: 'r1', tryNumber: 2, mapIndex: -1 }
const annotations = { dag_id: 'etl', task_id: 'extract', run_id: 'r1', try_number: '2' }

function record(metadata: Pod['metadata']): PodRecord {
  return projectPod({ metadata: { name: 'etl-extract-abc', namespace: 'tasks', uid: 'u1', ...metadata } })
}

describe('a pod of ours', () => {
  const ours = record({ labels: { 'davit-launch': '2-3-abc', 'davit-deployment': 'prod' }, annotations })

  it('names its task, launch and deployment', () => {
    expect([keyOfPod(ours), launchIdOf(ours), deploymentOf(ours)]).toEqual([key, '2-3-abc', 'prod'])
  })

  it('is of the launch that it names', () => {
    const place = { podName: 'etl-extract-abc', namespace: 'tasks', uid: 'u1' }
    expect(launchOfPod(ours, key)).toEqual({ id: '2-3-abc', key, number: 3, ...place })
  })
})

describe("a pod of Airflow's", () => {
  const theirs = record({ annotations })

  it('names its task alone', () => {
    expect([keyOfPod(theirs), launchIdOf(theirs), deploymentOf(theirs)]).toEqual([key, '', undefined])
  })

  it('counts as the first launch of its try', () => {
    expect(launchOfPod(theirs, key)).toMatchObject({ id: '', number: 1 })
  })

  it('names no task without a run id, as before 2.2', () => {
    const { run_id: _, ...older } = annotations
    expect(keyOfPod(record({ annotations: older }))).toBeNull()
  })
})
