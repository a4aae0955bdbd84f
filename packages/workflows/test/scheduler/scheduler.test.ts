import { type Logger, silentLogger, type TaskInstanceKey } from '@davit/executor'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { DagSpec } from '../../src/dag/dag-spec.ts'
import { Scheduler, type SchedulerOptions } from '../../src/scheduler/scheduler.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { WorkflowStore } from '../../src/store/workflow-store.ts'
import { advanceUntil } from '../support/advance-until.ts'
import { dagSpec } from '../support/dag-specs.ts'
import { FakeExecutor, type LaunchScript } from '../support/fake-executor.ts'

const RUN_ID = 'manual__2026-01-01T00:00:00+00:00'
const succeed: LaunchScript = { durationMs: 1_000, end: { state: 'success' } }
const fail: LaunchScript = { durationMs: 1_000, end: { state: 'failed' } }

/** A scheduler over a store in memory and an executor without pods, with one run that is not started yet. */
class Setup implements AsyncDisposable {
  readonly clock = new FakeClock()
  readonly store: WorkflowStore
  readonly executor: FakeExecutor
  readonly scheduler: Scheduler
  readonly spec: DagSpec

  private constructor(
    store: WorkflowStore,
    clock: FakeClock,
    spec: DagSpec,
    script: (key: TaskInstanceKey, launchNumber: number) => LaunchScript,
    options: Partial<SchedulerOptions>,
  ) {
    this.store = store
    this.clock = clock
    this.spec = spec
    this.executor = new FakeExecutor({ store, clock, spec, script })
    this.scheduler = new Scheduler({
      store,
      executor: this.executor,
      clock,
      logger: silentLogger,
      taskConcurrency: 32,
      buildWorkload: () => ({ args: [] }),
      ...options,
    })
  }

  static async create(
    spec: DagSpec,
    script: (key: TaskInstanceKey, launchNumber: number) => LaunchScript = () => succeed,
    options: Partial<SchedulerOptions> = {},
  ): Promise<Setup> {
    const clock = new FakeClock()
    const store = await openStore({ database: ':memory:', clock })
    await store.createDagRun({ spec, runId: RUN_ID, logicalDate: '2026-01-01T00:00:00Z', params: {} })
    return new Setup(store, clock, spec, script, options)
  }

  /** Takes the run to its end. */
  async ended() {
    this.scheduler.start()
    return this.until(this.scheduler.runEnded(this.spec.dagId, RUN_ID))
  }

  until<T>(promise: Promise<T>): Promise<T> {
    return advanceUntil(promise, { clock: this.clock, store: this.store, check: () => this.executor.check() })
  }

  /** Lets time pass until the instance is in this state. */
  async untilState(taskId: string, state: string): Promise<void> {
    const seen = async () =>
      (await this.store.taskInstances(this.spec.dagId, RUN_ID)).some(
        (row) => row.taskId === taskId && row.state === state,
      )
    for (let round = 0; !(await seen()); round++) {
      if (round > 1_000) throw new Error(`${taskId} does not become ${state}`)
      await this.clock.advance(100)
    }
  }

  async states(): Promise<Record<string, string | null>> {
    const rows = await this.store.taskInstances(this.spec.dagId, RUN_ID)
    return Object.fromEntries(
      rows.map(({ taskId, mapIndex, state }) => [mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`, state]),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scheduler.stop()
    await this.store.close()
  }
}

describe('Scheduler', () => {
  it('runs tasks in the order of their dependencies', async () => {
    const spec = dagSpec([
      { taskId: 'load', upstream: ['sum', 'clean'] },
      { taskId: 'extract' },
      { taskId: 'sum', upstream: ['extract'] },
      { taskId: 'clean', upstream: ['extract'] },
    ])
    await using setup = await Setup.create(spec)
    expect(await setup.ended()).toMatchObject({
      state: 'success',
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: expect.stringMatching(/^2026-01-01T00:00:03/),
    })
    expect(setup.executor.launched.map(({ taskId }) => taskId)).toEqual(['extract', 'sum', 'clean', 'load'])
  })

  it('starts what has most downstream first, then by place in the file and map index', async () => {
    const spec = dagSpec([
      { taskId: 'leaf' },
      { taskId: 'each', map: { kind: 'items', items: [1, 2] } },
      { taskId: 'root' },
      { taskId: 'below', upstream: ['root'] },
      { taskId: 'heavy', priorityWeight: 9 },
    ])
    await using setup = await Setup.create(spec, undefined, { taskConcurrency: 1 })
    await setup.ended()
    const order = setup.executor.launched.map(({ taskId, mapIndex }) =>
      mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`,
    )
    expect(order).toEqual(['heavy', 'root', 'leaf', 'each[0]', 'each[1]', 'below'])
  })

  it('retries after its delay, not before', async () => {
    const spec = dagSpec([{ taskId: 'a', retries: 2, retryDelaySeconds: 60, retryExponentialBackoff: true }])
    await using setup = await Setup.create(spec, ({ tryNumber }) => (tryNumber < 3 ? fail : succeed))
    await setup.ended()
    const tries = await setup.store.tries('sales', RUN_ID)
    expect(tries.map(({ state }) => state)).toEqual(['up_for_retry', 'up_for_retry', 'success'])
    const waits = [1, 2].map((at) => seconds(tries[at]?.queuedAt) - seconds(tries[at - 1]?.endedAt))
    expect(waits[0]).toBeCloseTo(60, 0)
    expect(waits[1]).toBeCloseTo(120, 0)
  })

  it('expands over a result, and skips what has no items', async () => {
    const spec = dagSpec([
      { taskId: 'list' },
      { taskId: 'each', upstream: ['list'], map: { kind: 'task', taskId: 'list' } },
      { taskId: 'none' },
      { taskId: 'never', upstream: ['none'], map: { kind: 'task', taskId: 'none' } },
      { taskId: 'all', upstream: ['each', 'never'], triggerRule: 'none_failed' },
    ])
    const results: Record<string, readonly number[]> = { list: [1, 2, 3], none: [] }
    await using setup = await Setup.create(spec, ({ taskId }) => {
      const result = results[taskId]
      return result ? { durationMs: 10, end: { state: 'success', result } } : succeed
    })
    expect((await setup.ended()).state).toBe('success')
    expect(await setup.states()).toEqual({
      all: 'success',
      'each[0]': 'success',
      'each[1]': 'success',
      'each[2]': 'success',
      list: 'success',
      never: 'skipped',
      none: 'success',
    })
  })

  it('fails a run by its leaves alone', async () => {
    const spec = dagSpec([{ taskId: 'a' }, { taskId: 'b', upstream: ['a'], triggerRule: 'all_done' }])
    await using setup = await Setup.create(spec, ({ taskId }) => (taskId === 'a' ? fail : succeed))
    expect((await setup.ended()).state).toBe('success')
    expect(await setup.states()).toEqual({ a: 'failed', b: 'success' })
  })

  it('fails a task whose workload cannot be built, and goes on with the others', async () => {
    const spec = dagSpec([
      { taskId: 'bad' },
      { taskId: 'thrown' },
      { taskId: 'good' },
      { taskId: 'poor', pool: 'none' },
    ])
    const failure = { class: 'config', evidence: 'template=env.ROWS', message: 'undefined variable: xcom.sum' } as const
    await using setup = await Setup.create(spec, undefined, {
      buildWorkload: async ({ taskId }) => {
        if (taskId === 'thrown') throw new Error('no such file')
        return taskId === 'bad' ? { failure } : { args: [] }
      },
    })
    expect((await setup.ended()).state).toBe('failed')
    const rows = await setup.store.taskInstances('sales', RUN_ID)
    expect(rows.map(({ taskId, state, tryNumber, failure }) => [taskId, state, tryNumber, failure?.message])).toEqual([
      ['bad', 'failed', 1, 'undefined variable: xcom.sum'],
      ['good', 'success', 1, undefined],
      ['poor', 'failed', 1, 'there is no pool "none" of at least 1 slots'],
      ['thrown', 'failed', 1, 'no such file'],
    ])
  })

  it('says why a task waits', async () => {
    const spec = dagSpec(
      [
        { taskId: 'first', pool: 'narrow', priorityWeight: 9 },
        { taskId: 'second', pool: 'narrow' },
        { taskId: 'later', upstream: ['first', 'second'] },
        { taskId: 'again', retries: 1, retryDelaySeconds: 30 },
        { taskId: 'crowd' },
      ],
      { pools: { narrow: 1 } },
    )
    await using setup = await Setup.create(
      spec,
      ({ taskId }) =>
        taskId === 'again' ? { durationMs: 0, end: { state: 'failed' } } : { ...succeed, durationMs: 60_000 },
      { taskConcurrency: 2 },
    )
    setup.scheduler.start()
    const reason = (taskId: string) =>
      setup.scheduler.waitingReason({ dagId: 'sales', runId: RUN_ID, taskId, mapIndex: -1 })
    await setup.untilState('again', 'up_for_retry')
    await setup.clock.advance(100)
    await setup.untilState('crowd', 'running')
    expect(reason('first')).toBeNull()
    expect(reason('second')).toBe('pool narrow is full (1 of 1 slots in use)')
    expect(reason('later')).toBe('waits for 2 of 2 upstream')
    expect(reason('again')).toMatch(/^retries in (29|30) s$/)
    expect(reason('nobody')).toBeNull()
  })

  it('cancels: what was launched failed, what waits is skipped, the executor stops the rest', async () => {
    const spec = dagSpec([{ taskId: 'long' }, { taskId: 'quick' }, { taskId: 'after', upstream: ['long'] }])
    await using setup = await Setup.create(spec, ({ taskId }) =>
      taskId === 'long' ? { ...succeed, durationMs: 3_600_000 } : succeed,
    )
    setup.scheduler.start()
    const ended = setup.scheduler.runEnded('sales', RUN_ID)
    await setup.untilState('quick', 'success')
    await setup.scheduler.cancelRun('sales', RUN_ID)
    expect(await setup.until(ended)).toMatchObject({ state: 'failed' })
    expect(await setup.states()).toEqual({ after: 'skipped', long: 'failed', quick: 'success' })
    expect(setup.executor.revoked.map(({ taskId }) => taskId)).toEqual(['long'])
    await setup.scheduler.cancelRun('sales', RUN_ID)
    expect(setup.executor.revoked).toHaveLength(1)
  })

  it('tells of a run that ended before it was asked, and of one that does not exist', async () => {
    await using setup = await Setup.create(dagSpec([{ taskId: 'a' }]))
    await setup.ended()
    expect(await setup.scheduler.runEnded('sales', RUN_ID)).toMatchObject({ state: 'success' })
    await expect(setup.scheduler.runEnded('sales', 'nothing')).rejects.toThrow('there is no run nothing of DAG sales')
  })

  it('leaves nothing behind when it is stopped, and another goes on where it was', async () => {
    const spec = dagSpec([{ taskId: 'a' }, { taskId: 'b', upstream: ['a'] }])
    await using setup = await Setup.create(spec)
    setup.scheduler.start()
    await setup.untilState('a', 'running')
    const waiting = setup.scheduler.runEnded('sales', RUN_ID)
    await Promise.all([
      expect(waiting).rejects.toThrow('the scheduler was stopped'),
      setup.store.dagRun('sales', RUN_ID).then(() => setup.scheduler.stop()),
    ])
    await setup.scheduler.stop()
    // Only the pod's own end is still to come.
    expect(setup.clock.pendingCount).toBe(1)
    const next = new Scheduler({
      store: setup.store,
      executor: setup.executor,
      clock: setup.clock,
      logger: silentLogger,
      taskConcurrency: 1,
      buildWorkload: () => ({ args: [] }),
    })
    next.start()
    expect(await setup.until(next.runEnded('sales', RUN_ID))).toMatchObject({ state: 'success' })
    await next.stop()
    expect(setup.clock.pendingCount).toBe(0)
    expect(setup.executor.launched).toHaveLength(2)
  })

  it('ends with a store that fails, and says so to whoever waits', async () => {
    const lines: Record<string, unknown>[] = []
    const logger: Logger = { ...silentLogger, error: (message, fields) => lines.push({ message, ...fields }) }
    await using setup = await Setup.create(dagSpec([{ taskId: 'a' }]), undefined, { logger })
    setup.scheduler.start()
    const ended = setup.scheduler.runEnded('sales', RUN_ID)
    const rejected = expect(ended).rejects.toMatchObject({ code: 'STORE_CLOSED' })
    await setup.untilState('a', 'running')
    await setup.store.close()
    await setup.clock.advance(10_000)
    await rejected
    expect(lines[0]).toMatchObject({ message: 'scheduler failed', error: { code: 'STORE_CLOSED' } })
  })

  it('refuses a run that could never end, instead of waiting for ever', async () => {
    const spec = dagSpec([
      { taskId: 'a', upstream: ['b'] },
      { taskId: 'b', upstream: ['a'] },
    ])
    await using setup = await Setup.create(spec)
    await expect(setup.ended()).rejects.toThrow('cannot end: nothing decides a, b; do they form a cycle?')
  })

  it('beats while nothing happens, and no more often than that', async () => {
    await using setup = await Setup.create(dagSpec([{ taskId: 'a' }]), () => ({ ...succeed, durationMs: 3_600_000 }))
    let beats = 0
    const { executor } = setup
    const beat = executor.heartbeat.bind(executor)
    executor.heartbeat = () => {
      beats += 1
      beat()
    }
    setup.scheduler.start()
    await setup.untilState('a', 'running')
    await setup.clock.advance(5_000)
    for (let trip = 0; trip < 5; trip++) await setup.store.activeRuns()
    const before = beats
    for (let step = 0; step < 12; step++) {
      await setup.clock.advance(5_000)
      for (let trip = 0; trip < 5; trip++) await setup.store.activeRuns()
    }
    expect(beats - before).toBe(12)
  })

  it('takes thousands of instances to their end', { timeout: 60_000 }, async () => {
    const items = Array.from({ length: 1_500 }, (_, index) => index)
    const spec = dagSpec([
      { taskId: 'each', map: { kind: 'items', items } },
      { taskId: 'next', kind: 'function', map: { kind: 'items', items } },
      { taskId: 'join', upstream: ['each', 'next'] },
    ])
    await using setup = await Setup.create(spec, () => ({ durationMs: 0, end: { state: 'success' } }), {
      taskConcurrency: 100,
    })
    expect((await setup.ended()).state).toBe('success')
    expect(setup.executor.launched).toHaveLength(3_001)
    expect(await setup.store.tries('sales', RUN_ID)).toHaveLength(3_001)
  })
})

function seconds(time: string | null | undefined): number {
  return Date.parse(time ?? '') / 1000
}
