import { expect, it } from 'vitest'
import type { Conditions } from '../conditions.ts'
import type { BenchmarkResult } from '../result.ts'
import { resumedResults } from '../resume.ts'

const conditions: Conditions = {
  command: 'npm run bench -- --json figures.json',
  runs: 5,
  size: 'full',
  processor: 'a processor',
  cores: 2,
  memoryGiB: 8,
  system: 'linux 6 x64',
  node: 'v24.0.0',
  kubernetes: 'v1.36.3',
}

it('keeps what was measured to its end, and not what failed', () => {
  const [whole, failed] = [resultOf('B1', []), resultOf('B2', ['it fell over'])]
  expect(resumedResults({ conditions, benchmarks: [whole, failed] }, { ...conditions })).toEqual([whole])
})

it('goes on only under the same conditions, and says all that differ', () => {
  const before = { conditions: { ...conditions, runs: 3, cores: 4 }, benchmarks: [resultOf('B1', [])] }
  expect(() => resumedResults(before, conditions)).toThrow(
    'its figures are of other conditions, so start anew without --resume:\nruns was 3 and is 5\ncores was 4 and is 2',
  )
})

function resultOf(name: string, failures: readonly string[]): BenchmarkResult {
  const contenders = { davit: { runs: [], failures } }
  return {
    name,
    title: name,
    date: '2026-11-23T01:02:03.000Z',
    commit: 'abc',
    metrics: [],
    contenders,
    load: [0, 0],
    seconds: 1,
  }
}
