import { expect, it } from 'vitest'
import { printFailure } from './print-failure.ts'
import { runSeeds } from './run-seeds.ts'

// `npm run test:chaos` plays as many as it is told; .ci/run, 1,000.
const SEEDS = 20
const first = Number(process.env.SEED ?? 1)

it(`I1 to I12 hold under ${SEEDS} random schedules of faults, from seed ${first}`, async () => {
  const failed: number[] = []
  await runSeeds({
    seeds: Array.from({ length: SEEDS }, (_, index) => first + index),
    workers: 2,
    shrinkPlays: 20,
    onResult(result) {
      if (result.violations.length === 0) return true
      failed.push(result.seed)
      printFailure(result)
      return false
    },
  })
  expect(failed).toEqual([])
})
