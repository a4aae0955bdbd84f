import { describe, expect, it } from 'vitest'
import { formatResult, spreadText } from '../format-result.ts'
import { benchmarkResult } from './benchmark-result.ts'

describe('formatResult', () => {
  it('has a row for each contender, and for each ratio', () => {
    const result = benchmarkResult({
      metrics: [{ name: 'creates/s', digits: 0 }, { name: 'CPU ms' }],
      contenders: {
        davit: {
          runs: [
            { 'creates/s': 100, 'CPU ms': 0.5 },
            { 'creates/s': 120, 'CPU ms': 0.7 },
          ],
          failures: [],
        },
        tuned: { runs: [{ 'creates/s': 100, 'CPU ms': 0.5 }, null], failures: ['it fell over'] },
      },
      load: [0.26, 1.5],
      seconds: 61.4,
    })
    expect(formatResult(result)).toBe(
      [
        'B1: launch 10 pods',
        '                     creates/s            CPU ms',
        '  davit          110 (100–120)  0.60 (0.50–0.70)',
        '  tuned                    100              0.50',
        '  davit / tuned          1.00×             1.00×',
        '  tuned failed: it fell over',
        '  61 s, load 0.3 to 1.5',
      ].join('\n'),
    )
  })
})

describe('spreadText', () => {
  it('is a dash where nothing was measured', () => {
    expect(spreadText([])).toBe('–')
  })
})
