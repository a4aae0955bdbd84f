import type { TaskSpec } from '../dag/dag-spec.ts'

/**
 * The priority of each task: its own weight and those of all tasks downstream of it, each once. Airflow: weight rule
 * `downstream`, `priority_weight_total`.
 */
export function priorityWeights(
  tasks: readonly Pick<TaskSpec, 'taskId' | 'upstream' | 'priorityWeight'>[],
): ReadonlyMap<string, number> {
  const indexes = new Map(tasks.map(({ taskId }, index) => [taskId, index]))
  const upstreamOf = tasks.map(({ upstream }) => upstream.flatMap((taskId) => indexes.get(taskId) ?? []))
  const words = Math.ceil(tasks.length / 32)
  // One bit for each task that is downstream of this one or the task itself: unions cost a word for 32 tasks, so that a
  // DAG of thousands is done in an instant.
  const reached = tasks.map((_, index) => {
    const bits = new Uint32Array(words)
    bits[index >>> 5] = 1 << (index & 31)
    return bits
  })
  for (const index of leavesFirst(upstreamOf)) {
    for (const above of upstreamOf[index] ?? []) addAll(reached[above], reached[index])
  }
  return new Map(
    tasks.map(({ taskId }, index) => {
      let weight = 0
      for (const other of bitsOf(reached[index])) weight += tasks[other]?.priorityWeight ?? 0
      return [taskId, weight]
    }),
  )
}

/** An order in which each task comes after everything downstream of it. */
function leavesFirst(upstreamOf: readonly (readonly number[])[]): number[] {
  const open = upstreamOf.map(() => 0)
  for (const upstream of upstreamOf) for (const above of upstream) open[above] = (open[above] ?? 0) + 1
  const order = open.flatMap((count, index) => (count === 0 ? [index] : []))
  for (let at = 0; at < order.length; at++) {
    for (const above of upstreamOf[order[at] ?? -1] ?? []) {
      const left = (open[above] ?? 0) - 1
      open[above] = left
      if (left === 0) order.push(above)
    }
  }
  return order
}

function addAll(into: Uint32Array | undefined, from: Uint32Array | undefined): void {
  if (!into || !from) return
  for (let word = 0; word < from.length; word++) into[word] = (into[word] ?? 0) | (from[word] ?? 0)
}

function* bitsOf(bits: Uint32Array | undefined): Generator<number> {
  for (const [word, value] of (bits ?? new Uint32Array()).entries()) {
    for (let left = value; left !== 0; left &= left - 1) {
      yield word * 32 + (31 - Math.clz32(left & -left))
    }
  }
}
