import type { TaskSpec } from '../dag/dag-spec.ts'
import type { InstanceState, TaskDecision } from '../store/scheduling-store.ts'
import type { DagRunRow, DagRunState, TaskInstanceState } from '../store/workflow-store.ts'
import { type InstanceCounts, isFinished, noInstances } from './instance-counts.ts'
import { type Pool, poolOf } from './pools.ts'
import { priorityWeights } from './priority-weights.ts'
import { taskDecision } from './task-decision.ts'

/** A task of a run, with what its instances and those upstream of it have come to. */
export interface TaskNode {
  readonly spec: TaskSpec
  /** Its place in the file. */
  readonly index: number
  readonly priority: number
  /** Null: there is none that it fits into, so that it can only fail. */
  readonly pool: Pool | null
  readonly instances: Map<number, Instance>
  readonly own: InstanceCounts
  readonly upstream: InstanceCounts
  readonly downstream: TaskNode[]
  /** What it maps over, if that is another task. */
  source: TaskNode | null
  itemCount: number | null
  /** Instances whose state is null. */
  undecided: number
}

export interface Instance {
  readonly run: RunModel
  readonly task: TaskNode
  readonly mapIndex: number
  state: TaskInstanceState | null
  tryNumber: number
  /** Milliseconds since 1970. */
  nextTryAtMs: number | null
}

/** Told of each change of an instance's state, after it. A new instance comes from null. */
export type StateListener = (instance: Instance, from: TaskInstanceState | null) => void

/**
 * One run as the scheduler sees it, kept equal to the store by its changes. Counts are kept per task, so that a decision
 * costs the same however many instances there are, and a change costs its direct downstream tasks.
 */
export class RunModel {
  readonly dagId: string
  readonly runId: string
  readonly logicalDate: string
  readonly maxActiveTasks: number
  state: DagRunState
  /** Instances that are queued or running. */
  activeCount = 0
  /** Instances that have not ended. */
  unfinishedCount = 0
  #undecidedCount = 0
  readonly #tasks = new Map<string, TaskNode>()
  readonly #undecided = new Set<TaskNode>()
  readonly #onState: StateListener

  constructor(run: DagRunRow, onState: StateListener) {
    this.dagId = run.dagId
    this.runId = run.runId
    this.logicalDate = run.logicalDate
    this.state = run.state
    this.maxActiveTasks = run.spec.maxActiveTasks ?? Number.POSITIVE_INFINITY
    this.#onState = onState
    const weights = priorityWeights(run.spec.tasks)
    for (const [index, spec] of run.spec.tasks.entries()) {
      this.#tasks.set(spec.taskId, {
        spec,
        index,
        priority: weights.get(spec.taskId) ?? spec.priorityWeight,
        pool: poolOf(run.spec, spec),
        instances: new Map(),
        own: noInstances(),
        upstream: noInstances(),
        downstream: [],
        source: null,
        itemCount: spec.map?.kind === 'items' ? spec.map.items.length : null,
        undecided: 0,
      })
    }
    for (const node of this.#tasks.values()) {
      for (const upstream of node.spec.upstream) this.#tasks.get(upstream)?.downstream.push(node)
      node.source = node.spec.map?.kind === 'task' ? (this.#tasks.get(node.spec.map.taskId) ?? null) : null
    }
  }

  get tasks(): ReadonlyMap<string, TaskNode> {
    return this.#tasks
  }

  instance(taskId: string, mapIndex: number): Instance | undefined {
    return this.#tasks.get(taskId)?.instances.get(mapIndex)
  }

  /** Takes over what the store says of one instance. */
  apply(row: InstanceState): void {
    const task = this.#tasks.get(row.taskId)
    if (!task) return
    let instance = task.instances.get(row.mapIndex)
    if (!instance) {
      // The first of the instances that it was expanded into: the one that stood for them is gone.
      if (row.mapIndex >= 0) this.#dropPlaceholder(task)
      instance = {
        run: this,
        task,
        mapIndex: row.mapIndex,
        state: null,
        tryNumber: row.tryNumber,
        nextTryAtMs: null,
      }
      task.instances.set(row.mapIndex, instance)
      this.#count(instance, 1)
    }
    instance.tryNumber = row.tryNumber
    instance.nextTryAtMs = row.nextTryAt === null ? null : Date.parse(row.nextTryAt)
    this.setState(instance, row.state)
  }

  setState(instance: Instance, state: TaskInstanceState | null): void {
    const from = instance.state
    if (from === state) return
    this.#count(instance, -1)
    instance.state = state
    this.#count(instance, 1)
    this.#onState(instance, from)
  }

  /** The task maps over a result without items: there is nothing to expand. */
  setEmpty(task: TaskNode): void {
    task.itemCount = 0
    this.#undecided.add(task)
  }

  /**
   * Decides everything that can be decided, and what follows from it. Gives what the store has to be told; `expand` are the
   * tasks whose instances can be made.
   */
  decide(): { readonly decisions: readonly TaskDecision[]; readonly expand: readonly TaskNode[] } {
    const decisions: TaskDecision[] = []
    const expand: TaskNode[] = []
    for (const task of this.#undecided) {
      this.#undecided.delete(task)
      if (task.undecided === 0) continue
      const state = taskDecision({
        triggerRule: task.spec.triggerRule,
        upstream: task.upstream,
        source: task.source?.own ?? null,
        itemCount: task.itemCount,
      })
      if (state === 'expand') expand.push(task)
      else if (state !== 'wait') {
        decisions.push({ dagId: this.dagId, runId: this.runId, taskId: task.spec.taskId, state })
        for (const instance of task.instances.values()) if (instance.state === null) this.setState(instance, state)
      }
    }
    return { decisions, expand }
  }

  /**
   * How the run ended, once everything in it has: failed when a leaf failed. Airflow: `DagRun.update_state`.
   */
  outcome(): 'success' | 'failed' | null {
    if (this.unfinishedCount > 0) return null
    for (const { downstream, own } of this.#tasks.values()) {
      if (downstream.length === 0 && own.failed + own.upstream_failed > 0) return 'failed'
    }
    return 'success'
  }

  /**
   * Tasks that wait although nothing is under way that could decide them, after everything was decided. There are none, as
   * tasks form no cycle. Should it be so all the same, a run that says so is better than one that hangs.
   */
  stuckTasks(): readonly string[] {
    if (this.unfinishedCount === 0 || this.unfinishedCount > this.#undecidedCount) return []
    return [...this.#tasks.values()].flatMap(({ spec, undecided }) => (undecided > 0 ? [spec.taskId] : []))
  }

  #dropPlaceholder(task: TaskNode): void {
    const placeholder = task.instances.get(-1)
    task.itemCount ??= 1
    if (!placeholder) return
    this.#count(placeholder, -1)
    task.instances.delete(-1)
  }

  /** Adds an instance to every count that it belongs to, or takes it out. */
  #count({ task, state }: Instance, by: 1 | -1): void {
    const finished = isFinished(state)
    for (const counts of [task.own, ...task.downstream.map(({ upstream }) => upstream)]) {
      counts.total += by
      if (finished) counts[state] += by
    }
    if (state === null) {
      task.undecided += by
      this.#undecidedCount += by
      this.#undecided.add(task)
    }
    if (finished) for (const below of task.downstream) this.#undecided.add(below)
    else this.unfinishedCount += by
    if (isActive(state)) this.activeCount += by
  }
}

/** It takes a place: of its pool, its run, and the executor. Airflow: `EXECUTION_STATES`. */
export function isActive(state: TaskInstanceState | null): boolean {
  return state === 'queued' || state === 'running'
}
