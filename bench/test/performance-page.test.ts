import { expect, it } from 'vitest'
import { performanceSection } from '../performance-page.ts'
import type { BenchResult } from '../result.ts'
import { benchmarkResult } from './benchmark-result.ts'

const runs = {
  davit: { runs: [{ 'creates/s': 100 }, { 'creates/s': 90 }], failures: [] },
  tuned: { runs: [{ 'creates/s': 100 }, null], failures: ['it fell over\nbadly'] },
}
const result: BenchResult = {
  command: 'npm run bench -- B1 --runs 2',
  runs: 2,
  size: 'full',
  benchmarks: [benchmarkResult({ contenders: runs })],
}

it('has the conditions, the goals, and each benchmark with how to repeat it', () => {
  const goals = [
    { benchmark: 'B1', metric: 'creates/s', against: 'tuned', atLeast: 0.95 },
    { benchmark: 'B1', metric: 'creates/s', atLeast: 200 },
    { benchmark: 'B9', metric: 's', atMost: 1 },
  ]
  expect(performanceSection(result, goals)).toBe(`| figures of | \`npm run bench -- B1 --runs 2\` |
|---|---|
| B1 | 2 cores of a processor, 8 GiB, linux 6 x64; Node v24.0.0, Kubernetes v1.36.3 |

### Goals

| goal | measured (median) | met |
|---|---|---|
| \`B1: creates/s >= 0.95 × tuned\` | 1.00 | yes |
| \`B1: creates/s >= 200\` | 95.00 | **no** |

### B1: launch 10 pods

|  | creates/s |
|---|---|
| davit | 95 (90–100) |
| tuned | 100 |
| davit / tuned | 1.00× |

Failed: tuned: it fell over

Commit \`abc\`, 2026-11-23: 12 s at a load of 0.5 to 1.0. Again: \`npm run bench -- B1 --runs 2\`.
`)
})

it('says which machine measured what, when it was gone on with on another', () => {
  const [first, second] = [benchmarkResult({ name: 'B1' }), benchmarkResult({ name: 'B2' })]
  const third = benchmarkResult({
    name: 'B3',
    conditions: { ...first.conditions, date: '2026-11-24T00:00:00.000Z', cores: 4 },
  })
  const text = performanceSection({ ...result, benchmarks: [first, second, third] }, [])
  expect(text).toContain('| B1, B2 | 2 cores of a processor, 8 GiB,')
  expect(text).toContain('| B3 | 4 cores of a processor, 8 GiB,')
  expect(text).toContain('Commit `abc`, 2026-11-24: 12 s')
})
