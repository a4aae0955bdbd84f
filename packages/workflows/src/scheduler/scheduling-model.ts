import type { TaskInstanceKey } from '@davit/executor'
import { PriorityHeap } from '@davit/executor'
import type { Changes, TaskDecision } from '../store/scheduling-store.ts'
import type { DagRunRow, TaskInstanceState } from '../store/workflow-store.ts'
import { type Lane, ReadyQueue } from './ready-queue.ts'
import { type Instance, isActive, RunModel, type TaskNode } from './run-model.ts'

/** A task whose instances can be made. */
export interface Expansion {
  readonly run: RunModel
  readonly task: TaskNode
}

/**
 * All runs that have not ended, as the scheduler sees them: what can be decided, what may start, what has ended. Pure:
 * it is told what the store says, and says what the store has to be told.
 */
export class SchedulingModel {
  /** Of the changes that it has seen. */
  version = 0
  /** Instances that are queued or running, of all runs. */
  activeCount = 0
  readonly #runs = new Map<string, RunModel>()
  readonly #ready = new ReadyQueue()
  readonly #retries = new PriorityHeap<{ readonly instance: Instance; readonly atMs: number }>(
    (a, b) => a.atMs < b.atMs,
  )
  /** Slots in use, by pool. */
  readonly #poolUse = new Map<string, number>()

  /** Takes over what changed. Gives the runs that ended with it. */
  apply({ version, runs, instances }: Changes): readonly DagRunRow[] {
    this.version = version
    for (const row of runs) {
      const known = this.#runs.get(runKey(row))
      if (known) known.state = row.state
      else if (!isOver(row)) {
        this.#runs.set(runKey(row), new RunModel(row, (instance, from) => this.#stateChanged(instance, from)))
      }
    }
    for (const row of instances) this.#runs.get(runKey(row))?.apply(row)
    const ended = runs.filter(isOver)
    for (const row of ended) this.#forget(row)
    return ended
  }

  /** Runs that wait to be started. */
  queuedRuns(): readonly RunModel[] {
    return [...this.#runs.values()].filter(({ state }) => state === 'queued')
  }

  /** Decides everything that can be decided now; see {@link RunModel.decide}. */
  decide(): { readonly decisions: readonly TaskDecision[]; readonly expansions: readonly Expansion[] } {
    const decisions: TaskDecision[] = []
    const expansions: Expansion[] = []
    for (const run of this.#runs.values()) {
      const decided = run.decide()
      decisions.push(...decided.decisions)
      for (const task of decided.expand) expansions.push({ run, task })
    }
    return { decisions, expansions }
  }

  /**
   * Takes up to `limit` instances that may start now, each as the key of its new try, and counts them as queued. What the
   * store refuses comes back with the next changes.
   */
  take(limit: number, nowMs: number): readonly TaskInstanceKey[] {
    for (let due = this.#retries.peek(); due && due.atMs <= nowMs; due = this.#retries.peek()) {
      this.#retries.pop()
      if (due.instance.state === 'up_for_retry' && due.instance.nextTryAtMs === due.atMs) this.#ready.add(due.instance)
    }
    const keys: TaskInstanceKey[] = []
    while (keys.length < limit) {
      const instance = this.#ready.take(
        (lane) => this.#hasRoom(lane),
        ({ state, nextTryAtMs }) =>
          state === 'scheduled' || (state === 'up_for_retry' && nextTryAtMs !== null && nextTryAtMs <= nowMs),
      )
      if (!instance) break
      const { run, task, mapIndex } = instance
      instance.tryNumber += 1
      keys.push({
        dagId: run.dagId,
        taskId: task.spec.taskId,
        runId: run.runId,
        tryNumber: instance.tryNumber,
        mapIndex,
      })
      run.setState(instance, 'queued')
    }
    return keys
  }

  /** When the next retry is due; null when none waits. */
  nextRetryAtMs(): number | null {
    for (let next = this.#retries.peek(); next; next = this.#retries.peek()) {
      if (next.instance.state === 'up_for_retry' && next.instance.nextTryAtMs === next.atMs) return next.atMs
      this.#retries.pop()
    }
    return null
  }

  /** Running runs in which everything has ended. */
  finishedRuns(): readonly { readonly run: RunModel; readonly outcome: 'success' | 'failed' }[] {
    return [...this.#runs.values()].flatMap((run) => {
      const outcome = run.state === 'running' ? run.outcome() : null
      return outcome === null ? [] : [{ run, outcome }]
    })
  }

  /** Running runs that can come to no end, with the tasks that wait; there are none unless something is broken. */
  stuckRuns(): readonly { readonly run: RunModel; readonly taskIds: readonly string[] }[] {
    return [...this.#runs.values()].flatMap((run) => {
      const taskIds = run.state === 'running' ? run.stuckTasks() : []
      return taskIds.length === 0 ? [] : [{ run, taskIds }]
    })
  }

  run(dagId: string, runId: string): RunModel | undefined {
    return this.#runs.get(runKey({ dagId, runId }))
  }

  /** The instance, if it is in this very try. */
  instance(key: TaskInstanceKey): Instance | undefined {
    const instance = this.run(key.dagId, key.runId)?.instance(key.taskId, key.mapIndex)
    return instance?.tryNumber === key.tryNumber ? instance : undefined
  }

  /** Slots of a pool in use. */
  poolUse(poolId: string): number {
    return this.#poolUse.get(poolId) ?? 0
  }

  #hasRoom({ run, pool, poolSlots }: Lane): boolean {
    if (run.state !== 'running' || run.activeCount >= run.maxActiveTasks) return false
    return pool === null || this.poolUse(pool.id) + poolSlots <= pool.slots
  }

  #stateChanged(instance: Instance, from: TaskInstanceState | null): void {
    const { state, task, nextTryAtMs } = instance
    const by = Number(isActive(state)) - Number(isActive(from))
    this.activeCount += by
    if (by !== 0 && task.pool) {
      this.#poolUse.set(task.pool.id, this.poolUse(task.pool.id) + by * task.spec.poolSlots)
    }
    if (state === 'scheduled') this.#ready.add(instance)
    if (state === 'up_for_retry') this.#retries.push({ instance, atMs: nextTryAtMs ?? 0 })
  }

  #forget(row: DagRunRow): void {
    const run = this.#runs.get(runKey(row))
    if (!run) return
    // The store ended whatever was active in it; counts of other runs' pools must not keep its share.
    for (const task of run.tasks.values()) {
      for (const instance of task.instances.values()) if (isActive(instance.state)) run.setState(instance, 'failed')
    }
    this.#ready.forget(run)
    this.#runs.delete(runKey(row))
  }
}

function isOver({ state }: DagRunRow): boolean {
  return state === 'success' || state === 'failed'
}

function runKey({ dagId, runId }: { readonly dagId: string; readonly runId: string }): string {
  return JSON.stringify([dagId, runId])
}
