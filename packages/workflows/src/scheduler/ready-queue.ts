import { PriorityHeap } from '@davit/executor'
import type { Pool } from './pools.ts'
import type { Instance, RunModel } from './run-model.ts'

/** Instances that need the same: whether one of them may start is the same for all. */
export interface Lane {
  readonly run: RunModel
  /** Null: they can only fail, and need no room. */
  readonly pool: Pool | null
  readonly poolSlots: number
  readonly ready: PriorityHeap<Instance>
}

/**
 * Instances that may start as soon as there is room, by priority, then logical date, then their place in the file and
 * their map index. What has no room is passed over, as in Airflow (`_executable_task_instances_to_queued`), a lane at a
 * time: thousands that wait for one pool cost no more than one.
 */
export class ReadyQueue {
  readonly #lanes = new Map<RunModel, Map<string, Lane>>()

  add(instance: Instance): void {
    const { run, task } = instance
    const { pool } = task
    const { poolSlots } = task.spec
    const lanes = this.#lanes.get(run) ?? new Map<string, Lane>()
    this.#lanes.set(run, lanes)
    const id = `${poolSlots} ${pool?.id ?? ''}`
    let lane = lanes.get(id)
    if (!lane) {
      lane = { run, pool, poolSlots, ready: new PriorityHeap<Instance>(isBefore) }
      lanes.set(id, lane)
    }
    lane.ready.push(instance)
  }

  /** Takes the first one that has room and is still ready; undefined when there is none. */
  take(hasRoom: (lane: Lane) => boolean, isReady: (instance: Instance) => boolean): Instance | undefined {
    let best: Lane | undefined
    let first: Instance | undefined
    for (const lanes of this.#lanes.values()) {
      for (const lane of lanes.values()) {
        if (!hasRoom(lane)) continue
        const candidate = firstReady(lane, isReady)
        if (!candidate || (first && !isBefore(candidate, first))) continue
        best = lane
        first = candidate
      }
    }
    best?.ready.pop()
    return first
  }

  forget(run: RunModel): void {
    this.#lanes.delete(run)
  }
}

/** Entries that were decided otherwise since they were added fall out here. */
function firstReady({ ready }: Lane, isReady: (instance: Instance) => boolean): Instance | undefined {
  for (let first = ready.peek(); first; first = ready.peek()) {
    if (isReady(first)) return first
    ready.pop()
  }
  return undefined
}

function isBefore(a: Instance, b: Instance): boolean {
  if (a.task.priority !== b.task.priority) return a.task.priority > b.task.priority
  if (a.run.logicalDate !== b.run.logicalDate) return a.run.logicalDate < b.run.logicalDate
  if (a.run !== b.run) return a.run.runId < b.run.runId
  if (a.task.index !== b.task.index) return a.task.index < b.task.index
  return a.mapIndex < b.mapIndex
}
