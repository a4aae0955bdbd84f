import type { Schedule } from './schedule.ts'
import type { SeedResult } from './worker.ts'

/** Says what a seed violates, the smallest schedule that does it, and how to play it again. */
export function printFailure({ seed, violations, shrunk }: SeedResult): void {
  console.log(`\n${failureTitle({ seed, violations })}`)
  for (const { invariant, what } of violations.slice(0, 10)) console.log(`  ${invariant}: ${what}`)
  if (shrunk) {
    console.log(describeSchedule(shrunk.schedule))
    for (const { invariant, what } of shrunk.violations.slice(0, 5))
      console.log(`  which violates ${invariant}: ${what}`)
  }
  console.log(`play it again: SEED=${seed} RUNS=1 npm run test:chaos\n`)
}

/** Which seed, what it violates, and the first that was seen, in a line. */
export function failureTitle({ seed, violations }: Pick<SeedResult, 'seed' | 'violations'>): string {
  const invariants = [...new Set(violations.map(({ invariant }) => invariant))]
  return `seed ${seed} violates ${invariants.join(', ')}: ${violations[0]?.what}`
}

/** A schedule for people, a line for each task and fault. */
export function describeSchedule({ tasks, faults, ...more }: Schedule): string {
  const line = (item: object) => `    ${JSON.stringify(item)}`
  return [
    `  cut down to ${tasks.length} tasks and ${faults.length} faults: ${JSON.stringify(more)}`,
    ...tasks.map(line),
    ...faults.map(line),
  ].join('\n')
}
