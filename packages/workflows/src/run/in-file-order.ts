import type { DagSpec } from '../dag/dag-spec.ts'

/** Task instances in the order of the DAG file, mapped ones by index. */
export function inFileOrder<Instance extends { readonly taskId: string; readonly mapIndex: number }>(
  spec: DagSpec,
  instances: readonly Instance[],
): Instance[] {
  const order = new Map(spec.tasks.map(({ taskId }, index) => [taskId, index]))
  const place = ({ taskId }: Instance) => order.get(taskId) ?? order.size
  return instances.toSorted((a, b) => place(a) - place(b) || a.mapIndex - b.mapIndex)
}
