import { describe, expect, it } from 'vitest'
import type { LoadedDag } from '../../src/dag/dag-spec.ts'
import { buildWorkload, workloadOf } from '../../src/run/build-workload.ts'
import { dagSpec, taskSpec } from '../support/dag-specs.ts'

it('reads the results of all tasks before one whose template computes a name, however far up', async () => {
  const task = taskSpec({
    taskId: 'last',
    upstream: ['middle'],
    container: { image: 'busybox', command: null, args: null, env: { V: '{{ xcom[params.of].rows }}' } },
  })
  const tasks = [
    taskSpec({ taskId: 'first' }),
    taskSpec({ taskId: 'middle', upstream: ['first'] }),
    taskSpec({ taskId: 'aside' }),
    task,
  ]
  const dag: LoadedDag = { file: '/dags/x.ts', spec: dagSpec(tasks), bundle: null, files: [], warnings: [] }
  const asked: string[] = []
  const built = await buildWorkload(
    task,
    { mapItem: null },
    {
      dag,
      run: { dagId: 'x', runId: 'r', logicalDate: '2026-01-01T00:00:00+00:00', params: { of: 'first' } },
      worker: { bootstrap: '', taskApiEnv: {} },
      results: async (taskIds) => {
        asked.push(...taskIds)
        return Object.fromEntries(taskIds.map((id) => [id, { rows: id.length }]))
      },
    },
  )
  expect(asked.sort()).toEqual(['first', 'middle'])
  const env = 'executorConfig' in built ? built.executorConfig?.podOverride?.spec?.containers[0]?.env : []
  expect(env).toContainEqual({ name: 'V', value: '5' })
})

describe('workloadOf', () => {
  it('leaves the finalizer of a container task to the configuration, and has none for a function', () => {
    expect(workloadOf(taskSpec({ taskId: 'a', kind: 'container' }), {})).not.toHaveProperty('outcomeFinalizer')
    expect(workloadOf(taskSpec({ taskId: 'a', kind: 'function' }), {})).toMatchObject({ outcomeFinalizer: false })
  })

  it('passes the patch on as it is', () => {
    const podPatch = { spec: { hostNetwork: false } }
    expect(workloadOf(taskSpec({ taskId: 'a', executorConfig: { podPatch } }), {}).executorConfig).toEqual({
      podOverride: {},
      podPatch,
    })
  })
})
