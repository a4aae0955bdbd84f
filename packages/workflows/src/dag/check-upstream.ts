import type { DocumentPath } from './document-path.ts'
import type { Findings } from './finding.ts'
import { nameHint } from './nearest-name.ts'

/** One task's place in the graph. `path` leads to the task. */
export interface GraphTask {
  readonly taskId: string
  readonly path: DocumentPath
  readonly upstream: readonly string[]
  /** The task that is mapped over. */
  readonly mapTask?: string
}

/** Reports unknown and own ids in `upstream` and `map`, and every cycle with its members in the order that they run. */
export function checkUpstream(tasks: readonly GraphTask[], found: Findings): void {
  const ids = new Set(tasks.map(({ taskId }) => taskId))
  for (const task of tasks) {
    const references: [string, DocumentPath][] = task.upstream.map((id, index) => [
      id,
      [...task.path, 'upstream', index],
    ])
    if (task.mapTask !== undefined) references.push([task.mapTask, [...task.path, 'map']])
    for (const [id, path] of references) {
      if (id === task.taskId) {
        found.problem(path, `the task ${JSON.stringify(id)} is upstream of itself`, 'remove it')
      } else if (!ids.has(id)) {
        const others = [...ids].filter((other) => other !== task.taskId)
        found.problem(path, `unknown upstream task ${JSON.stringify(id)}`, nameHint(id, others, 'tasks'))
      }
    }
  }
  for (const cycle of findCycles(tasks)) {
    const task = tasks.find(({ taskId }) => taskId === cycle[0])
    found.problem(
      [...(task?.path ?? ['tasks']), 'upstream'],
      `the tasks form a cycle: ${[...cycle, cycle[0]].join(' -> ')}`,
      'remove one of these dependencies',
    )
  }
}

/**
 * One cycle of each knot of tasks that wait for each other: ids in the order that they would run, the first of the file
 * first. A task upstream of itself is not counted.
 */
export function findCycles(tasks: readonly GraphTask[]): readonly (readonly string[])[] {
  const downstream = new Map<string, string[]>(tasks.map(({ taskId }) => [taskId, []]))
  for (const { taskId, upstream, mapTask } of tasks) {
    for (const id of mapTask === undefined ? upstream : [...upstream, mapTask]) {
      if (id !== taskId) downstream.get(id)?.push(taskId)
    }
  }
  const cycles: string[][] = []
  const settled = new Set(withoutCycles(downstream))
  for (const { taskId } of tasks) {
    if (settled.has(taskId)) continue
    const reached = reachable(downstream, taskId)
    if (!reached.has(taskId)) continue
    cycles.push(shortestWayBack(downstream, taskId))
    // The whole knot is told by one cycle: whoever is reached and leads back belongs to it.
    for (const id of reached) if (reachable(downstream, id).has(taskId)) settled.add(id)
  }
  return cycles
}

/** The tasks that can be put in an order: nothing upstream of them is in a cycle. */
function withoutCycles(downstream: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const waitsFor = new Map([...downstream.keys()].map((id) => [id, 0]))
  for (const ids of downstream.values()) for (const id of ids) waitsFor.set(id, (waitsFor.get(id) ?? 0) + 1)
  const ordered = [...downstream.keys()].filter((id) => waitsFor.get(id) === 0)
  for (const id of ordered) {
    for (const next of downstream.get(id) ?? []) {
      const left = (waitsFor.get(next) ?? 0) - 1
      waitsFor.set(next, left)
      if (left === 0) ordered.push(next)
    }
  }
  return ordered
}

/** What can be reached in one step or more. */
function reachable(downstream: ReadonlyMap<string, readonly string[]>, from: string): Set<string> {
  const reached = new Set<string>()
  const waiting = [...(downstream.get(from) ?? [])]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (reached.has(id)) continue
    reached.add(id)
    waiting.push(...(downstream.get(id) ?? []))
  }
  return reached
}

function shortestWayBack(downstream: ReadonlyMap<string, readonly string[]>, start: string): string[] {
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (const id of queue) {
    for (const next of downstream.get(id) ?? []) {
      if (next === start) {
        const way = [id]
        for (let at = cameFrom.get(id); at !== undefined; at = cameFrom.get(at)) way.unshift(at)
        return way
      }
      if (!cameFrom.has(next)) {
        cameFrom.set(next, id)
        queue.push(next)
      }
    }
  }
  return [start]
}

/** Tells for each task everything that ends before it starts, however far up. Unknown ids are left out. */
export function transitiveUpstream(
  tasks: readonly Pick<GraphTask, 'taskId' | 'upstream' | 'mapTask'>[],
): (taskId: string) => ReadonlySet<string> {
  const ids = new Set(tasks.map(({ taskId }) => taskId))
  const upstream = new Map(
    tasks.map((task) => [
      task.taskId,
      [...task.upstream, ...(task.mapTask === undefined ? [] : [task.mapTask])].filter((id) => ids.has(id)),
    ]),
  )
  const known = new Map<string, ReadonlySet<string>>()
  return (taskId) => {
    const found = known.get(taskId) ?? reachable(upstream, taskId)
    known.set(taskId, found)
    return found
  }
}
