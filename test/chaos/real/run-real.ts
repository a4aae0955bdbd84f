import { startKubernetes } from '../../kubernetes/start-kubernetes.ts'
import { violationsOf } from '../checks.ts'
import { REAL } from '../pace.ts'
import { FAULT_NAMES, type FaultName } from '../plan-fault.ts'
import { playOn } from '../play.ts'
import { describeSchedule, failureTitle } from '../print-failure.ts'
import { realCluster } from './real-cluster.ts'
import { REAL_FAULTS, realSchedule } from './real-schedule.ts'

interface RealOptions {
  readonly first: number
  readonly runs: number
  /** Seeds at a time, each in namespaces of its own. */
  readonly atOnce: number
}

/** Plays seeds on a real Kubernetes with kwok's node, in real time. False: something did not hold. */
export async function runReal({ first, runs, atOnce }: RealOptions): Promise<boolean> {
  await using kubernetes = await startKubernetes({ nodeKinds: ['kwok'], onProgress: (line) => console.log(line) })
  const startedAt = performance.now()
  const hits = new Map<FaultName, number>()
  const failed: string[] = []
  const waiting = Array.from({ length: runs }, (_, index) => first + index)
  const work = async () => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const schedule = realSchedule(seed)
      using cluster = await realCluster(kubernetes, schedule.namespaces)
      const record = await playOn(cluster, schedule, REAL)
      for (const [kind, times] of record.hits) hits.set(kind, (hits.get(kind) ?? 0) + times)
      const violations = violationsOf(record)
      if (violations.length === 0) continue
      const title = `on the real server ${failureTitle({ seed, violations })}`
      failed.push(title)
      console.log(`\n${title}`)
      for (const { invariant, what } of violations.slice(0, 10)) console.log(`  ${invariant}: ${what}`)
      console.log(describeSchedule(schedule))
      console.log(`play it again: SEED=${seed} RUNS=1 npm run test:chaos -- --real\n`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, runs) }, work))
  console.log(`\nhow often each fault had an effect in ${runs} seeds from ${first} on the real server:`)
  for (const kind of REAL_FAULTS) console.log(`  ${kind.padEnd(26)} ${hits.get(kind) ?? 0}`)
  console.log(`not there: ${FAULT_NAMES.filter((kind) => !REAL_FAULTS.includes(kind)).join(', ')}`)
  console.log(`\n${runs} seeds in ${Math.round((performance.now() - startedAt) / 1000)} s`)
  for (const title of failed) console.log(title)
  console.log(`${runs - failed.length} passed, ${failed.length} failed, 0 skipped`)
  return failed.length === 0
}
