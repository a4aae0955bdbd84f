import type { JsonValue } from '../../src/dag/dag-spec.ts'
import type { StartedTask, TaskApiStore, WorkerIdentity, WorkerOutcome } from '../../src/store/workflow-store.ts'

/** A store with one launch, for the worker's side of the task API. Its rules are those of the interface. */
export class MemoryTaskStore implements TaskApiStore {
  readonly launchToken = 'launch-secret'
  readonly results: Record<string, JsonValue> = {}
  readonly outcomes: WorkerOutcome[] = []
  heartbeats = 0
  startCount = 0
  isCurrent = true
  mayStart = true
  /** Fails this many calls, as a store does whose disk is busy. */
  failures = 0
  #boundUid: string | undefined
  readonly #task: Partial<StartedTask>

  constructor(task: Partial<StartedTask> & { readonly taskId?: string } = {}) {
    const { taskId = 'work', ...rest } = task
    this.#task = { key: { dagId: 'dag', taskId, runId: 'manual__1', tryNumber: 1, mapIndex: -1 }, ...rest }
  }

  async exchangeLaunchToken(launchToken: string, podUid: string): Promise<WorkerIdentity | null> {
    this.#fail()
    if (launchToken !== this.launchToken || this.#boundUid !== undefined) return null
    this.#boundUid = podUid
    return { launchId: '1-1-abcd1234', podUid }
  }

  async startTask(): Promise<StartedTask | null> {
    this.#fail()
    if (!this.mayStart || this.startCount > 0) return null
    this.startCount++
    return {
      key: { dagId: 'dag', taskId: 'work', runId: 'manual__1', tryNumber: 1, mapIndex: -1 },
      mapItem: null,
      logicalDate: '2026-01-01T00:00:00+00:00',
      params: {},
      executionTimeoutSeconds: null,
      ...this.#task,
    }
  }

  async heartbeat(): Promise<boolean> {
    this.heartbeats++
    return this.isCurrent
  }

  async pullXcom(_worker: WorkerIdentity, taskId: string): Promise<JsonValue> {
    return this.results[taskId] ?? null
  }

  async finishTask(_worker: WorkerIdentity, outcome: WorkerOutcome): Promise<boolean> {
    this.#fail()
    if (!this.isCurrent) return false
    this.outcomes.push(outcome)
    return true
  }

  #fail(): void {
    if (this.failures === 0) return
    this.failures--
    throw new Error('the disk is busy')
  }
}
