import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { errorAsJson, errorAsText, exitCodeOf } from '../../src/cli/report-error.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { RunAbortedError } from '../../src/run/run-dag.ts'

const caught = (work: () => unknown) =>
  Promise.resolve()
    .then(work)
    .catch((error: unknown) => error)

describe('the end of a command by an error', () => {
  it('is exit 2 with the problems when nothing was started, and exit 1 when a run was', () => {
    const problem = { file: null, path: '--port', message: 'not a port', hint: 'a number' }
    const error = new UsageError('OPTION_INVALID', 'cannot start', [problem])
    expect(exitCodeOf(error)).toBe(2)
    expect(errorAsJson(error)).toEqual({
      error: { code: 'OPTION_INVALID', message: 'cannot start', problems: [problem] },
    })
    expect(errorAsText(error)).toBe('davit: cannot start\n  --port: not a port (a number)')
    expect(exitCodeOf(new RunAbortedError('the disk is full'))).toBe(1)
  })

  it('is the system’s word, without a stack, where the system refused', async () => {
    const refused = await caught(() => readFile('/there/is/no/such/file'))
    expect([exitCodeOf(refused), errorAsJson(refused).error.code]).toEqual([2, 'ENOENT'])
    expect(errorAsText(refused)).not.toContain('    at ')
  })

  it.each([
    ['a TypeError', () => (null as unknown as string).length],
    ['a wrong call of Node', () => createHash(5 as unknown as string)],
  ])('is a defect with its stack for %s', async (_, work) => {
    const defect = await caught(work)
    expect([exitCodeOf(defect), errorAsJson(defect).error.code]).toEqual([1, 'INTERNAL'])
    expect(errorAsText(defect)).toContain('    at ')
  })
})
