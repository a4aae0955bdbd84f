import { expect, it } from 'vitest'
import type { BenchResult } from '../result.ts'
import { resumedResults } from '../resume.ts'
import { benchmarkResult } from './benchmark-result.ts'

const [whole, failed] = [
  benchmarkResult({ name: 'B1', contenders: { davit: { runs: [{ s: 1 }], failures: [] } } }),
  benchmarkResult({ name: 'B2', contenders: { davit: { runs: [null], failures: ['it fell over'] } } }),
]
const before: BenchResult = { command: 'npm run bench', runs: 5, size: 'full', benchmarks: [whole, failed] }

it('keeps what was measured to its end, and not what failed', () => {
  expect(resumedResults(before, 'npm run bench')).toEqual([whole])
})

it('goes on with the same command only, and says which that was', () => {
  expect(() => resumedResults(before, 'npm run bench -- --runs 3')).toThrow(
    'it has the figures of npm run bench: give the same arguments, or start anew without --resume',
  )
})
