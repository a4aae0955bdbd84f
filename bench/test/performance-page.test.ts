import { expect, it } from 'vitest'
import { performanceSection } from '../performance-page.ts'
import type { BenchResult } from '../result.ts'

const result: BenchResult = {
  conditions: {
    command: 'npm run bench -- B1 --runs 2',
    runs: 2,
    size: 'full',
    processor: 'a processor',
    cores: 2,
    memoryGiB: 8,
    system: 'linux 6 x64',
    node: 'v24.0.0',
    kubernetes: 'v1.36.3',
  },
  benchmarks: [
    {
      name: 'B1',
      title: 'launch 10 pods',
      date: '2026-11-23T01:02:03.000Z',
      commit: 'abc',
      metrics: [{ name: 'creates/s', digits: 0 }],
      contenders: {
        davit: { runs: [{ 'creates/s': 100 }, { 'creates/s': 90 }], failures: [] },
        tuned: { runs: [{ 'creates/s': 100 }, null], failures: ['it fell over\nbadly'] },
      },
      load: [0.5, 1],
      seconds: 12.3,
    },
  ],
}

it('has the conditions, the goals, and each benchmark with how to repeat it', () => {
  const goals = [
    { benchmark: 'B1', metric: 'creates/s', against: 'tuned', atLeast: 0.95 },
    { benchmark: 'B1', metric: 'creates/s', atLeast: 200 },
    { benchmark: 'B9', metric: 's', atMost: 1 },
  ]
  expect(performanceSection(result, goals)).toBe(`| figures of |  |
|---|---|
| command | \`npm run bench -- B1 --runs 2\` |
| machine | 2 cores of a processor, 8 GiB, linux 6 x64 |
| programs | Node v24.0.0, Kubernetes v1.36.3 |

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
