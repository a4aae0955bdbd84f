import { silentLogger, type TaskInstanceKey } from '@davit/executor'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { type DagSpec, type JsonValue, type TaskSpec, TRIGGER_RULES } from '../../src/dag/dag-spec.ts'
import { type InstanceCounts, isFinished, noInstances } from '../../src/scheduler/instance-counts.ts'
import { Scheduler } from '../../src/scheduler/scheduler.ts'
import { taskDecision } from '../../src/scheduler/task-decision.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { TaskInstanceRow, WorkflowStore } from '../../src/store/workflow-store.ts'
import { advanceUntil } from '../support/advance-until.ts'
import { dagSpec } from '../support/dag-specs.ts'
import { FakeExecutor, type LaunchScript, SKIP_EXIT_CODE, USER_FAILURE } from '../support/fake-executor.ts'

const SMALL_POOL_SLOTS = 3
const MAX_RETRIES = 2

/** What happens at one launch, or before it: the n-th entry belongs to the n-th launch of a task, whatever its try. */
type Fate = LaunchScript['end']['state'] | 'unbuildable'

interface Scenario {
  readonly spec: DagSpec
  readonly taskConcurrency: number
  readonly parallelism: number
  readonly seed: number
}

const task = (index: number): fc.Arbitrary<Partial<TaskSpec> & { taskId: string }> =>
  fc
    .record({
      kind: fc.constantFrom<TaskSpec['kind']>('container', 'function'),
      upstream: fc.uniqueArray(fc.nat(Math.max(0, index - 1)), { maxLength: index === 0 ? 0 : 3 }),
      triggerRule: fc.oneof(fc.constant<TaskSpec['triggerRule']>('all_success'), fc.constantFrom(...TRIGGER_RULES)),
      retries: fc.nat(MAX_RETRIES),
      retryDelaySeconds: fc.constantFrom(0, 1, 30),
      infrastructureRetries: fc.nat(1),
      pool: fc.constantFrom('default_pool', 'small'),
      poolSlots: fc.integer({ min: 1, max: SMALL_POOL_SLOTS }),
      priorityWeight: fc.integer({ min: 1, max: 5 }),
      mapping: fc.oneof(
        { weight: 4, arbitrary: fc.constant(null) },
        { weight: 2, arbitrary: fc.nat(4) },
        { weight: 3, arbitrary: fc.constant('upstream' as const) },
      ),
    })
    .map(({ upstream, mapping, ...facts }) => {
      const ids = upstream.map((other) => `t${other}`)
      const [source] = ids
      const map: TaskSpec['map'] =
        typeof mapping === 'number'
          ? { kind: 'items', items: Array.from({ length: mapping }, (_, item) => item) }
          : mapping === 'upstream' && source !== undefined
            ? { kind: 'task', taskId: source }
            : null
      return { ...facts, taskId: `t${index}`, upstream: ids, map, skipOnExitCode: [SKIP_EXIT_CODE] }
    })

const scenario: fc.Arbitrary<Scenario> = fc.record({
  spec: fc
    .integer({ min: 1, max: 9 })
    .chain((count) =>
      fc.tuple(
        fc.tuple(...Array.from({ length: count }, (_, index) => task(index))),
        fc.option(fc.integer({ min: 1, max: 4 })),
      ),
    )
    .map(([tasks, maxActiveTasks]) => dagSpec(tasks, { pools: { small: SMALL_POOL_SLOTS }, maxActiveTasks })),
  taskConcurrency: fc.integer({ min: 1, max: 6 }),
  parallelism: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat(),
})

/** The same number for the same things, spread over 0 to 2^32. */
function hash(...parts: readonly unknown[]): number {
  let value = 0x811c9dc5
  for (const character of JSON.stringify(parts)) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193)
    value ^= value >>> 13
  }
  return value >>> 0
}

const FATES: readonly Fate[] = [
  'success',
  'success',
  'success',
  'success',
  'success',
  'failed',
  'failed',
  'skipped',
  'lost',
  'refused',
  'unbuildable',
]

/** What is to happen in a scenario, as a function of nothing but its seed. */
class Fates {
  readonly #scenario: Scenario

  constructor(scenario: Scenario) {
    this.#scenario = scenario
  }

  isUnbuildable({ taskId, mapIndex, tryNumber }: Omit<TaskInstanceKey, 'dagId' | 'runId'>): boolean {
    return this.#fate(taskId, mapIndex, tryNumber, 1) === 'unbuildable'
  }

  script({ taskId, mapIndex, tryNumber }: Omit<TaskInstanceKey, 'dagId' | 'runId'>, number: number): LaunchScript {
    const fate = this.#fate(taskId, mapIndex, tryNumber, number)
    const durationMs = hash(this.#scenario.seed, 'duration', taskId, mapIndex, tryNumber, number) % 3_000
    // A refusal comes before the first launch.
    if (fate === 'unbuildable' || (fate === 'refused' && number > 1)) return { durationMs, end: { state: 'failed' } }
    if (fate !== 'success') return { durationMs, end: { state: fate } }
    return { durationMs, end: { state: 'success', result: this.result(taskId, mapIndex) } }
  }

  /** Mostly an array, so that something can be mapped over it. */
  result(taskId: string, mapIndex: number): JsonValue {
    const length = hash(this.#scenario.seed, 'result', taskId, mapIndex) % 5
    return length === 4 ? { not: 'an array' } : Array.from({ length }, (_, item) => ({ item }))
  }

  #fate(taskId: string, mapIndex: number, tryNumber: number, number: number): Fate {
    return FATES[hash(this.#scenario.seed, 'fate', taskId, mapIndex, tryNumber, number) % FATES.length] ?? 'success'
  }
}

interface ExpectedEnd {
  readonly state: string
  readonly tryNumber: number
}

/** How everything must end, worked out task by task, without time: no order of events may change it. */
function expectedEnds({ spec }: Scenario, fates: Fates): ReadonlyMap<string, ExpectedEnd> {
  const ends = new Map<string, ExpectedEnd>()
  const counts = new Map<string, InstanceCounts>()
  const lengths = new Map<string, number>()
  for (const one of spec.tasks) {
    const upstream = noInstances()
    for (const id of one.upstream) add(upstream, counts.get(id))
    const { map } = one
    const source = map?.kind === 'task' ? (counts.get(map.taskId) ?? null) : null
    const known = map?.kind === 'items' ? map.items.length : null
    let decision = taskDecision({ triggerRule: one.triggerRule, upstream, source, itemCount: known })
    let length = known ?? 0
    if (decision === 'expand' && map?.kind === 'task') {
      length = lengths.get(map.taskId) ?? 0
      decision = taskDecision({ triggerRule: one.triggerRule, upstream, source, itemCount: length })
    }
    const own = noInstances()
    for (const mapIndex of length > 0 ? Array.from({ length }, (_, index) => index) : [-1]) {
      const end = decision === 'scheduled' ? triedEnd(spec, one, mapIndex, fates) : { state: decision, tryNumber: 0 }
      ends.set(`${one.taskId}/${mapIndex}`, end)
      own.total += 1
      if (isFinished(end.state as TaskInstanceRow['state'])) own[end.state as 'success'] += 1
    }
    counts.set(one.taskId, own)
    const result = fates.result(one.taskId, -1)
    lengths.set(one.taskId, map ? length : Array.isArray(result) ? result.length : 0)
  }
  return ends
}

function triedEnd(spec: DagSpec, one: TaskSpec, mapIndex: number, fates: Fates): ExpectedEnd {
  const mustBeArray = !one.map && spec.tasks.some(({ map }) => map?.kind === 'task' && map.taskId === one.taskId)
  for (let tryNumber = 1; ; tryNumber++) {
    const state = tryState(one, { taskId: one.taskId, mapIndex, tryNumber }, fates, mustBeArray)
    if (state !== 'failed' || tryNumber > one.retries) return { state, tryNumber }
  }
}

function tryState(
  one: TaskSpec,
  key: Omit<TaskInstanceKey, 'dagId' | 'runId'>,
  fates: Fates,
  mustBeArray: boolean,
): 'success' | 'failed' | 'skipped' {
  if (fates.isUnbuildable(key)) return 'failed'
  for (let number = 1; ; number++) {
    const { end } = fates.script(key, number)
    if (end.state === 'lost' && number <= one.infrastructureRetries) continue
    if (end.state === 'skipped') return 'skipped'
    if (end.state !== 'success') return 'failed'
    return mustBeArray && !Array.isArray(end.result) ? 'failed' : 'success'
  }
}

function add(to: InstanceCounts, from: InstanceCounts | undefined): void {
  for (const name of Object.keys(to) as (keyof InstanceCounts)[]) to[name] += from?.[name] ?? 0
}

describe('Scheduler, on DAGs and fates at random', () => {
  const clock = new FakeClock()
  let store: WorkflowStore
  let runs = 0

  beforeAll(async () => {
    store = await openStore({ database: ':memory:', clock })
  })
  afterAll(async () => {
    await store.close()
  })

  async function runScenario(one: Scenario): Promise<void> {
    const runId = `run-${runs++}`
    const fates = new Fates(one)
    const { spec, taskConcurrency, parallelism } = one
    const executor = new FakeExecutor({
      store,
      clock,
      spec,
      parallelism,
      script: (key, number) => fates.script(key, number),
    })
    const scheduler = new Scheduler({
      store,
      executor,
      clock,
      logger: silentLogger,
      taskConcurrency,
      buildWorkload: (instance) => (fates.isUnbuildable(instance) ? { failure: USER_FAILURE } : { args: [] }),
    })
    await store.createDagRun({ spec, runId, logicalDate: '2026-01-01T00:00:00Z', params: {} })
    scheduler.start()
    const ended = await advanceUntil(scheduler.runEnded(spec.dagId, runId), {
      clock,
      store,
      check: async () => {
        executor.check()
        holdsLimits(one, await store.taskInstances(spec.dagId, runId))
      },
    })
    await scheduler.stop()
    executor.check()

    const rows = await store.taskInstances(spec.dagId, runId)
    const seen = rows.map((row) => [`${row.taskId}/${row.mapIndex}`, { state: row.state, tryNumber: row.tryNumber }])
    const expected = expectedEnds(one, fates)
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(expected))

    // Exactly one outcome for each try, and the last one is the task instance's.
    const tries = await store.tries(spec.dagId, runId)
    for (const row of rows) {
      const own = tries.filter(({ taskId, mapIndex }) => taskId === row.taskId && mapIndex === row.mapIndex)
      const states = Array.from({ length: row.tryNumber }, (_, index) =>
        index + 1 < row.tryNumber ? 'up_for_retry' : row.state,
      )
      expect(own.map(({ tryNumber }) => tryNumber)).toEqual(states.map((_, index) => index + 1))
      expect(own.map(({ state }) => state)).toEqual(states)
    }

    const leaves = spec.tasks.filter(({ taskId }) => !spec.tasks.some(({ upstream }) => upstream.includes(taskId)))
    const isFailed = rows.some(
      ({ taskId, state }) =>
        leaves.some((leaf) => leaf.taskId === taskId) && (state === 'failed' || state === 'upstream_failed'),
    )
    expect(ended.state).toBe(isFailed ? 'failed' : 'success')
  }

  it('ends every run as its fates say, whatever the order of events, within its limits', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(fc.asyncProperty(scenario, runScenario), { numRuns: 60 })
  })
})

function holdsLimits({ spec, taskConcurrency }: Scenario, rows: readonly TaskInstanceRow[]): void {
  const active = rows.filter(({ state }) => state === 'queued' || state === 'running')
  expect(active.length).toBeLessThanOrEqual(Math.min(taskConcurrency, spec.maxActiveTasks ?? taskConcurrency))
  const slots = active.map(({ taskId }) => spec.tasks.find((one) => one.taskId === taskId))
  const inSmall = slots.reduce((sum, one) => sum + (one?.pool === 'small' ? one.poolSlots : 0), 0)
  expect(inSmall).toBeLessThanOrEqual(SMALL_POOL_SLOTS)
}
