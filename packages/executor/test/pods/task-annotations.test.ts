import { describe, expect, it } from 'vitest'
import { annotationsToKey, readTaskAnnotations, taskAnnotations } from '../../src/pods/task-annotations.ts'

const annotations = { dag_id: 'sales', task_id: 'sum', run_id: 'manual__1', try_number: '2' }
const key = { dagId: 'sales', taskId: 'sum', runId: 'manual__1', tryNumber: 2, mapIndex: -1 }

describe('annotationsToKey', () => {
  it.each<[string, object, object]>([
    ['all of them', annotations, key],
    ['a mapped task', { ...annotations, map_index: '3' }, { ...key, mapIndex: 3 }],
    ['others beside them', { ...annotations, 'davit-launch': '1-1-x' }, key],
    ['no run id', { dag_id: 'sales', task_id: 'sum', try_number: '2' }, { ...key, runId: null }],
    ['an empty id', { ...annotations, task_id: '' }, { ...key, taskId: '' }],
    ['blanks, as in Python', { ...annotations, try_number: ' 1 ' }, { ...key, tryNumber: 1 }],
    ['a sign, as in Python', { ...annotations, try_number: '+1' }, { ...key, tryNumber: 1 }],
    ['underscores, as in Python', { ...annotations, try_number: '1_0' }, { ...key, tryNumber: 10 }],
    ['leading zeros, as in Python', { ...annotations, try_number: '007' }, { ...key, tryNumber: 7 }],
    ['a negative map index', { ...annotations, map_index: '-1' }, key],
  ])('reads %s', (_, given, expected) => {
    expect(annotationsToKey(given)).toEqual(expected)
  })

  it.each<[unknown, string]>([
    [undefined, 'the pod lacks the annotation dag_id, task_id, try_number'],
    [null, 'the pod lacks the annotation dag_id, task_id, try_number'],
    [{}, 'the pod lacks the annotation dag_id, task_id, try_number'],
    [{ ...annotations, task_id: undefined }, 'the pod lacks the annotation task_id'],
    [{ ...annotations, try_number: 'one' }, 'the annotation try_number is no whole number: "one"'],
    [{ ...annotations, try_number: '' }, 'the annotation try_number is no whole number: ""'],
    [{ ...annotations, try_number: '1.0' }, 'the annotation try_number is no whole number: "1.0"'],
    [{ ...annotations, try_number: '_1' }, 'the annotation try_number is no whole number: "_1"'],
    [{ ...annotations, try_number: '1__0' }, 'the annotation try_number is no whole number: "1__0"'],
    [
      { ...annotations, try_number: '9'.repeat(20) },
      `the annotation try_number is no whole number: "${'9'.repeat(20)}"`,
    ],
    [{ ...annotations, map_index: 'x' }, 'the annotation map_index is no whole number: "x"'],
  ])('has no key for %j, and does not throw', (given, problem) => {
    expect(annotationsToKey(given)).toBeNull()
    expect(readTaskAnnotations(given)).toEqual({ problem })
  })
})

describe('taskAnnotations', () => {
  it('are read back as the same key', () => {
    expect(annotationsToKey(taskAnnotations(key))).toEqual(key)
    expect(annotationsToKey(taskAnnotations({ ...key, mapIndex: 0 }))).toEqual({ ...key, mapIndex: 0 })
  })

  it('have the ids in full, and the date in ISO form', () => {
    const dagId = `dág ${'x'.repeat(100)}`
    expect(taskAnnotations({ ...key, dagId, runId: '', date: '2020-11-03T00:00:00Z' })).toEqual({
      dag_id: dagId,
      task_id: 'sum',
      try_number: '2',
      logical_date: '2020-11-03T00:00:00+00:00',
    })
  })
})
