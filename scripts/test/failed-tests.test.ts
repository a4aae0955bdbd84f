import { describe, expect, it } from 'vitest'
import { failedTests } from '../failed-tests.mjs'

describe('failedTests', () => {
  it('has each title that vitest lists as failed once, without colours', () => {
    const output = [
      '\u001b[32m ✓ \u001b[39mgoes on',
      '\u001b[41m\u001b[1m FAIL \u001b[22m\u001b[49m \u001b[30mconformance\u001b[39m test/a.test.ts\u001b[2m > \u001b[22mlogs > of the run before',
      'Error: no',
      ' FAIL  conformance test/a.test.ts > logs > of the run before',
      ' FAIL  unit test/b.test.ts',
      '2 passed, 2 failed, 0 skipped',
    ].join('\n')
    expect(failedTests(output)).toEqual([
      'conformance test/a.test.ts > logs > of the run before',
      'unit test/b.test.ts',
    ])
  })

  it('has the last words where no test is named', () => {
    const output = `${Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n')}\n\n`
    expect(failedTests(output)).toHaveLength(15)
    expect(failedTests(output).at(-1)).toBe('line 29')
  })
})
