import { describe, expect, it } from 'vitest'
import { buildLabelsForK8sExecutorPod, buildSelectorForK8sExecutorPod } from '../../src/pods/task-labels.ts'
import { executorVersion } from '../../src/version.ts'

const task = { dagId: 'dag*', taskId: 'sum', tryNumber: 1 }
const always = {
  dag_id: 'dag-6b24921d4',
  task_id: 'sum',
  try_number: '1',
  kubernetes_executor: 'True',
  airflow_version: executorVersion,
}

describe('buildLabelsForK8sExecutorPod', () => {
  it.each<[string, object, object]>([
    ['always', {}, {}],
    ['an owner', { airflowWorker: 7 }, { 'airflow-worker': '7' }],
    ['an owner, made safe', { airflowWorker: 'a b' }, { 'airflow-worker': 'ab-0cc9cd4dd' }],
    ['a map index', { mapIndex: 0 }, { map_index: '0' }],
    ['no map index', { mapIndex: -1 }, {}],
    ['a date', { logicalDate: '2020-11-03T00:00:00+00:00' }, { logical_date: '2020-11-03T00_00_00_plus_00_00' }],
    ['a run', { runId: 'manual__2020-01-01T00:00:00+00:00' }, { run_id: 'manual__2020-01-01T0000000000-27222e522' }],
    ['no run', { runId: '' }, {}],
    ['a version', { airflowVersion: '3.3.2+local' }, { airflow_version: '3.3.2-local' }],
  ])('with %s', (_, options, expected) => {
    expect(buildLabelsForK8sExecutorPod({ ...task, ...options })).toEqual({ ...always, ...expected })
  })
})

describe('buildSelectorForK8sExecutorPod', () => {
  it('sorts by label, and leaves out the version', () => {
    expect(buildSelectorForK8sExecutorPod({ ...task, airflowWorker: '7', mapIndex: 2, runId: 'r' })).toBe(
      'airflow-worker=7,dag_id=dag-6b24921d4,kubernetes_executor=True,map_index=2,run_id=r,task_id=sum,try_number=1',
    )
  })

  it('asks for any owner where none is named', () => {
    expect(buildSelectorForK8sExecutorPod(task)).toBe(
      'dag_id=dag-6b24921d4,kubernetes_executor=True,task_id=sum,try_number=1,airflow-worker',
    )
  })
})
