import type { Launch, LaunchOutcome, TaskInstanceKey } from '@davit/executor'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { DagSpec, TaskSpec } from '../../src/dag/dag-spec.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { TaskInstanceRow, WorkflowStore } from '../../src/store/workflow-store.ts'
import { dagSpec } from './dag-specs.ts'

export const RUN_ID = 'manual__2026-01-01T00:00:00+00:00'

/** A store with one running run, and the steps that scheduler and executor take with it. */
export class OpenRun implements AsyncDisposable {
  readonly store: WorkflowStore
  readonly clock: FakeClock
  readonly spec: DagSpec

  private constructor(store: WorkflowStore, clock: FakeClock, spec: DagSpec) {
    this.store = store
    this.clock = clock
    this.spec = spec
  }

  static async open(
    tasks: readonly (Partial<TaskSpec> & { readonly taskId: string })[],
    { database = ':memory:', clock = new FakeClock() } = {},
  ): Promise<OpenRun> {
    const store = await openStore({ database, clock })
    const spec = dagSpec(tasks)
    await store.createDagRun({ spec, runId: RUN_ID, logicalDate: '2026-01-01T00:00:00Z', params: { region: 'EU' } })
    await store.scheduling.startRun(spec.dagId, RUN_ID)
    return new OpenRun(store, clock, spec)
  }

  key(taskId: string, tryNumber = 1, mapIndex = -1): TaskInstanceKey {
    return { dagId: this.spec.dagId, taskId, runId: RUN_ID, tryNumber, mapIndex }
  }

  launch(key: TaskInstanceKey, number = 1): Launch {
    const podName = `${key.taskId}-${key.mapIndex}-${key.tryNumber}-${number}`
    return { id: `${key.tryNumber}-${number}-${key.taskId}${key.mapIndex}`, key, number, podName, namespace: 'default' }
  }

  outcome(launch: Launch, uid: string | null, facts: Partial<LaunchOutcome> = {}): LaunchOutcome {
    const bound = uid === null ? launch : { ...launch, uid }
    return { launch: bound, state: 'success', info: null, ...facts }
  }

  /** Decides, claims and records one try: it is queued, with a launch and without a pod. */
  async launched(taskId: string, tryNumber = 1, mapIndex = -1): Promise<Launch> {
    await this.claimed(taskId, tryNumber, mapIndex)
    const launch = this.launch(this.key(taskId, tryNumber, mapIndex))
    const recorded = await this.store.launches.recordLaunch({ launch })
    if (!recorded.recorded) throw new Error(recorded.reason)
    return launch
  }

  async claimed(taskId: string, tryNumber = 1, mapIndex = -1): Promise<TaskInstanceKey> {
    const { scheduling } = this.store
    await scheduling.decide([{ dagId: this.spec.dagId, runId: RUN_ID, taskId, state: 'scheduled' }])
    const key = this.key(taskId, tryNumber, mapIndex)
    const claimed = await scheduling.claim([key], 'job-1')
    if (claimed.length !== 1) throw new Error(`${taskId} was not claimed`)
    return key
  }

  /** The launch token of a launch, as its pod has it. */
  async token(launch: Launch): Promise<string> {
    const recorded = await this.store.launches.recordLaunch({ launch })
    const token = recorded.recorded ? recorded.env.DAVIT_LAUNCH_TOKEN : undefined
    if (token === undefined) throw new Error('the launch has no token')
    return token
  }

  async instance(taskId: string, mapIndex = -1): Promise<TaskInstanceRow> {
    const all = await this.store.taskInstances(this.spec.dagId, RUN_ID)
    const found = all.find((row) => row.taskId === taskId && row.mapIndex === mapIndex)
    if (!found) throw new Error(`there is no instance ${mapIndex} of ${taskId}`)
    return found
  }

  tries() {
    return this.store.tries(this.spec.dagId, RUN_ID)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close()
  }
}
