import { parseArgs } from 'node:util'
import { FAULT_NAMES, type FaultName } from './plan-fault.ts'
import { runPlanted } from './planted/run-planted.ts'
import { failureTitle, printFailure } from './print-failure.ts'
import { runReal } from './real/run-real.ts'
import { runSeeds } from './run-seeds.ts'

// `npm run test:chaos`: SEED is the first seed, RUNS how many. `-- --planted` shows that broken
// loops are found; `-- --real` plays on a real Kubernetes.
const { values } = parseArgs({
  options: { planted: { type: 'boolean', default: false }, real: { type: 'boolean', default: false } },
})
const first = numberOf('SEED', 1)
const runs = numberOf('RUNS', values.planted ? 200 : 50)
const workers = numberOf('WORKERS', 2)
/** A full run has so many seeds; each fault must then have had an effect so often. */
const FULL_RUN = 1_000
const LEAST_HITS = 50

const passed = values.planted
  ? await runPlanted({ first, runs, workers })
  : values.real
    ? await runReal({ first, runs, atOnce: 5 })
    : await runAll()
process.exitCode = passed ? 0 : 1

async function runAll(): Promise<boolean> {
  const startedAt = performance.now()
  const hits = new Map<FaultName, number>()
  const failed: string[] = []
  let played = 0
  await runSeeds({
    seeds: Array.from({ length: runs }, (_, index) => first + index),
    workers,
    shrinkPlays: 80,
    onResult(result) {
      played += 1
      for (const [kind, times] of result.hits) hits.set(kind, (hits.get(kind) ?? 0) + times)
      if (result.violations.length > 0) {
        failed.push(failureTitle(result))
        printFailure(result)
      }
      if (played % 100 === 0)
        console.log(`${played} of ${runs} seeds, ${failed.length} failed, ${seconds(startedAt)} s`)
      return failed.length < 5
    },
  })
  console.log(`\nhow often each fault had an effect in ${played} seeds from ${first}:`)
  for (const kind of FAULT_NAMES) console.log(`  ${kind.padEnd(26)} ${hits.get(kind) ?? 0}`)
  const rare = runs >= FULL_RUN ? FAULT_NAMES.filter((kind) => (hits.get(kind) ?? 0) < LEAST_HITS) : []
  for (const kind of rare) console.log(`${kind} had an effect less than ${LEAST_HITS} times`)
  console.log(`\n${played} seeds in ${seconds(startedAt)} s`)
  for (const title of failed) console.log(title)
  console.log(`${played - failed.length} passed, ${failed.length + rare.length} failed, 0 skipped`)
  return failed.length === 0 && rare.length === 0
}

function seconds(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 1000)
}

function numberOf(name: string, fallback: number): number {
  const text = process.env[name]
  const value = text === undefined || text === '' ? fallback : Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} is no whole number: ${text}`)
  return value
}
