import { seededRandom } from '@davit/devcluster'
import type { PodScript } from '../support/scripted-pod.ts'
import { Dice } from './dice.ts'
import { FAULT_NAMES, type Fault, type FaultName, planFault } from './plan-fault.ts'

/** One task instance of a schedule. */
export interface TaskPlan {
  readonly name: string
  readonly namespace: string
  readonly priority: number
  readonly retries: number
  readonly infrastructureRetries: number
  /** When it comes into the store. */
  readonly arrivesAt: number
  readonly script: PodScript
  /** Its override tries to take another identity, or has a field that there is not. */
  readonly override: 'identity' | 'broken' | null
  /** When its user cancels it. */
  readonly cancelledAt: number | null
}

/** What happens in one run: data, so that it can be printed, cut down and played again. Times are milliseconds from the start. */
export interface Schedule {
  readonly seed: number
  readonly adoption: 'label' | 'lease'
  readonly scopes: 'one' | 'list' | 'all'
  /** Where tasks run. */
  readonly namespaces: readonly string[]
  /** Of every pod. */
  readonly nodeSelector: Readonly<Record<string, string>>
  readonly parallelism: number
  readonly deleteWorkerPodsOnFailure: boolean
  readonly outcomeFinalizer: boolean
  readonly launchGate: boolean
  readonly executors: number
  readonly tasks: readonly TaskPlan[]
  readonly faults: readonly Fault[]
}

const NAMESPACES = ['default', 'team-a', 'team-b']

/** How pods end, by how often. */
const SCRIPTS: readonly (readonly [weight: number, script: (dice: Dice) => PodScript])[] = [
  [12, (dice) => ({ runMs: dice.between(500, 90_000) })],
  [3, (dice) => ({ runMs: dice.between(500, 40_000), exitCode: dice.between(1, 200) })],
  [1, (dice) => ({ runMs: dice.between(500, 20_000), end: 'OOMKilled' })],
  [1, (dice) => ({ runMs: dice.between(500, 20_000), end: dice.pick(['Evicted', 'Preempting', 'Terminated']) })],
  [1, (dice) => ({ runMs: dice.between(500, 20_000), end: dice.pick(['PreemptionByScheduler', 'DeletionByPodGC']) })],
  [1, (dice) => ({ end: dice.pick(['StartError', 'ErrImagePull', 'CreateContainerConfigError', 'OutOfcpu']) })],
]

/** The schedule of a seed: at least 20 tasks, two executors, five faults. */
export function makeSchedule(seed: number, kinds: readonly FaultName[] = FAULT_NAMES): Schedule {
  const dice = new Dice(seededRandom(seed))
  const scopes = dice.pick(['one', 'list', 'all'] as const)
  const namespaces = scopes === 'one' ? NAMESPACES.slice(0, 1) : NAMESPACES
  const tasks = Array.from({ length: dice.between(20, 28) }, (_, index) => planTask(dice, index, namespaces))
  const faults = Array.from({ length: dice.between(5, 9) }, () => planFault(dice, namespaces, kinds))
  const adoption = dice.chance(0.75) ? 'lease' : 'label'
  return {
    seed,
    adoption,
    scopes,
    namespaces,
    nodeSelector: {},
    parallelism: dice.between(6, 16),
    deleteWorkerPodsOnFailure: dice.chance(0.5),
    outcomeFinalizer: dice.chance(0.4),
    launchGate: dice.chance(0.25),
    executors: 2,
    tasks,
    faults: faults.sort((a, b) => a.at - b.at),
  }
}

function planTask(dice: Dice, index: number, namespaces: readonly string[]): TaskPlan {
  const script = dice.weighted(SCRIPTS)(dice)
  return {
    name: `t${index}`,
    namespace: dice.pick(namespaces),
    priority: dice.between(1, 3),
    retries: dice.between(0, 2),
    infrastructureRetries: dice.between(0, 3),
    arrivesAt: dice.between(0, 120_000),
    script,
    override: dice.chance(0.1) ? dice.pick(['identity', 'broken'] as const) : null,
    cancelledAt: dice.chance(0.08) ? dice.between(0, 200_000) : null,
  }
}
