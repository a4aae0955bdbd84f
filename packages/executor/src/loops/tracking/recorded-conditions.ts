import type { PodConditionView } from '../../kube/pod-view.ts'
import { recordedMessage } from './recorded-message.ts'
import { SharedValues } from './shared-values.ts'

/** A true condition of these types says nothing beyond its type: of no other do time or reason not count. */
const PLAIN_TYPES = ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled', 'PodReadyToStartContainers']
const PLAIN: ReadonlyMap<string, { readonly digit: number; readonly condition: PodConditionView }> = new Map(
  PLAIN_TYPES.map((type, index) => [
    type,
    { digit: index + 1, condition: Object.freeze({ type, status: 'True' as const }) },
  ]),
)
const BASE = PLAIN_TYPES.length + 1
/** More digits than a number has; no pod has a type twice. */
const LONGEST = 10

/** The conditions of nearly every pod that runs, by their order. */
const plainLists = new SharedValues<readonly PodConditionView[], number>()

/** What is kept of a pod's conditions; what all pods have alike is held once. */
export function recordedConditions(all: readonly PodConditionView[]): readonly PodConditionView[] {
  const order = plainOrder(all)
  return order === null ? all.map(recorded) : plainLists.get(order, () => all.map(recorded))
}

/** A number for the types of conditions that say nothing else, in their order; null: one of them does. */
export function plainOrder(all: readonly PodConditionView[]): number | null {
  if (all.length > LONGEST) return null
  let order = 0
  for (const { type, status } of all) {
    const digit = status === 'True' ? PLAIN.get(type)?.digit : undefined
    if (digit === undefined) return null
    order = order * BASE + digit
  }
  return order
}

function recorded({ type, status, lastTransitionTime, reason, message }: PodConditionView): PodConditionView {
  const plain = status === 'True' ? PLAIN.get(type) : undefined
  if (plain) return plain.condition
  return {
    type,
    status,
    ...(lastTransitionTime !== undefined && { lastTransitionTime }),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message: recordedMessage(message) }),
  }
}
