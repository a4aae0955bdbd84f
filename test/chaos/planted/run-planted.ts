import { fileURLToPath } from 'node:url'
import { printFailure } from '../print-failure.ts'
import { runSeeds } from '../run-seeds.ts'
import type { SeedResult } from '../worker.ts'
import { PATCHES, type Patch } from './patches.ts'

interface PlantedOptions {
  readonly first: number
  /** Within so many seeds each must be found. */
  readonly runs: number
  readonly workers: number
}

/** Breaks one invariant after the other, and shows that the suite finds it. False: not all five were found. */
export async function runPlanted(options: PlantedOptions): Promise<boolean> {
  const missed: Patch[] = []
  for (const patch of PATCHES) if (!(await isFound(patch, options))) missed.push(patch)
  console.log('')
  for (const { invariant, what } of missed) console.log(`not found: ${invariant}, broken by: ${what}`)
  console.log(`${PATCHES.length - missed.length} passed, ${missed.length} failed, 0 skipped`)
  return missed.length === 0
}

async function isFound(patch: Patch, { first, runs, workers }: PlantedOptions): Promise<boolean> {
  console.log(`\n=== ${patch.invariant} broken in ${patch.files.map(({ file }) => file).join(', ')}: ${patch.what}`)
  const found: SeedResult[] = []
  let played = 0
  await runSeeds({
    seeds: Array.from({ length: runs }, (_, index) => first + index),
    workers,
    shrinkPlays: 40,
    imports: [fileURLToPath(new URL('load-patched.ts', import.meta.url))],
    env: { PLANTED: patch.invariant },
    onResult(result) {
      played += 1
      if (result.violations.length > 0) found.push(result)
      return found.length === 0
    },
  })
  const [result] = found
  if (!result) {
    console.log(`not found in ${played} seeds`)
    return false
  }
  console.log(`found after ${played} seeds`)
  printFailure(result)
  return true
}
