import { describe, expect, expectTypeOf, it } from 'vitest'
import { defineDag, isDagDefinition } from '../../src/dag/define-dag.ts'
import type { TaskHandle } from '../../src/dag/task-handle.ts'

describe('defineDag', () => {
  it('records what it is given, and checks nothing', () => {
    const definition = defineDag({ dagId: 'd' }, (dag) => {
      dag.container('b', { image: 'x' })
    })
    expect(isDagDefinition(definition)).toBe(true)
    expect(definition.tasks).toEqual([{ kind: 'container', taskId: 'b', options: { image: 'x' }, run: undefined }])
  })

  it('types params, items and results', () => {
    defineDag({ dagId: 'd', params: { region: 'EU', n: 1, deep: { list: ['a'] }, any: null } }, (dag) => {
      const rows = dag.task('rows', async ({ params, mapItem }) => {
        expectTypeOf(params.region).toEqualTypeOf<string>()
        expectTypeOf(params.n).toEqualTypeOf<number>()
        expectTypeOf(params.deep.list[0]).toEqualTypeOf<string | undefined>()
        expectTypeOf(mapItem).toEqualTypeOf<null>()
        return [{ id: 1 }]
      })
      expectTypeOf(rows).toEqualTypeOf<TaskHandle<{ id: number }[]>>()
      const each = dag.task('each', { map: rows, retries: 2 }, ({ mapItem }) => mapItem.id)
      expectTypeOf(each).toEqualTypeOf<TaskHandle<number[]>>()
      const fixed = dag.task('fixed', { map: ['a', 'b'] }, ({ mapItem }) => mapItem.length)
      expectTypeOf(fixed).toEqualTypeOf<TaskHandle<number[]>>()
      const silent = dag.task('silent', { upstream: [each, 'fixed'] }, async () => {})
      expectTypeOf(silent).toEqualTypeOf<TaskHandle<null>>()
      const box = dag.container<{ rows: number }>('box', { image: 'x', map: rows })
      dag.task('sum', { upstream: [rows, each] }, async ({ xcom, log, signal }) => {
        expectTypeOf(await xcom.pull(rows)).toEqualTypeOf<{ id: number }[]>()
        expectTypeOf(await xcom.pull(each)).toEqualTypeOf<number[]>()
        expectTypeOf(await xcom.pull(box)).toEqualTypeOf<{ rows: number }>()
        expectTypeOf(await xcom.pull<string>('box')).toEqualTypeOf<string>()
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        log.info('x', { a: 1 })
      })
    })
  })

  it('lets the error of an asynchronous builder wait for whoever awaits it', async () => {
    const definition = defineDag({ dagId: 'd' }, async () => {
      throw new Error('late')
    })
    await new Promise((resolve) => setImmediate(resolve))
    await expect(definition.ready).rejects.toThrow('late')
  })
})
