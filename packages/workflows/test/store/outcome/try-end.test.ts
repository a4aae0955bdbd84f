import { describe, expect, it } from 'vitest'
import { tryEnd } from '../../../src/store/outcome/try-end.ts'
import { taskSpec } from '../../support/dag-specs.ts'

const nowMs = Date.parse('2026-01-01T00:00:00Z')
const at = { nowMs, resultMustBeArrayFor: null }
const failure = { class: 'user', evidence: 'exitCode=1', message: 'exit code 1' } as const
const none = { failure: null, info: null, nextTryAtMs: null }

describe('tryEnd', () => {
  it('takes success and skip as they are', () => {
    const task = taskSpec({ taskId: 't', retries: 3 })
    expect(tryEnd(task, 1, { state: 'success' }, at)).toEqual({ ...none, state: 'success' })
    expect(tryEnd(task, 1, { state: 'success', result: null }, at)).toEqual({
      ...none,
      state: 'success',
      result: null,
    })
    expect(tryEnd(task, 1, { state: 'skipped', reason: 'no data' }, at)).toEqual({
      ...none,
      state: 'skipped',
      info: 'no data',
    })
  })

  it('retries as often as the task says, after its delay', () => {
    const task = taskSpec({ taskId: 't', retries: 2, retryDelaySeconds: 5, retryExponentialBackoff: true })
    const ends = [1, 2, 3].map((tryNumber) => tryEnd(task, tryNumber, { state: 'failed', failure }, at))
    expect(ends).toEqual([
      { ...none, state: 'up_for_retry', failure, nextTryAtMs: nowMs + 5_000 },
      { ...none, state: 'up_for_retry', failure, nextTryAtMs: nowMs + 10_000 },
      { ...none, state: 'failed', failure },
    ])
  })

  it.each([
    [{ rows: 3 }, 'it is an object'],
    [null, 'it is null'],
    ['text', 'it is a string'],
    [undefined, 'it returned nothing'],
  ])('fails a task that is mapped over and returned %j', (result, said) => {
    const task = taskSpec({ taskId: 'list' })
    const report = result === undefined ? { state: 'success' as const } : { state: 'success' as const, result }
    expect(tryEnd(task, 1, report, { nowMs, resultMustBeArrayFor: 'each' })).toMatchObject({
      state: 'failed',
      failure: {
        class: 'config',
        message: `task "each" maps over the result of "list", which must be an array, but ${said}`,
      },
    })
  })

  it('takes an array from a task that is mapped over, an empty one too', () => {
    const task = taskSpec({ taskId: 'list' })
    for (const result of [[], [1, 2]]) {
      expect(tryEnd(task, 1, { state: 'success', result }, { nowMs, resultMustBeArrayFor: 'each' })).toEqual({
        ...none,
        state: 'success',
        result,
      })
    }
  })

  it('refuses a result of more than 1 MiB', () => {
    const task = taskSpec({ taskId: 't' })
    const ofBytes = (bytes: number) => ({ state: 'success', result: 'x'.repeat(bytes - 2) }) as const
    expect(tryEnd(task, 1, ofBytes(1024 * 1024), at).state).toBe('success')
    expect(tryEnd(task, 1, ofBytes(1024 * 1024 + 1), at)).toMatchObject({
      state: 'failed',
      failure: { class: 'config', evidence: 'result.bytes=1048577' },
    })
  })
})
