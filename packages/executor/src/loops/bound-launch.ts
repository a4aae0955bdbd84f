import type { Launch } from './launch-store.ts'

/**
 * The launch with its pod; itself where it says that already. With thousands of launches it counts that each is held once, and
 * written as one literal: a field that is added to an object later is held beside it.
 */
export function boundLaunch(launch: Launch, uid: string): Launch {
  if (launch.uid === uid) return launch
  const { id, key, number, podName, namespace, owner } = launch
  if (owner === undefined) return { id, key, number, podName, namespace, uid }
  return { id, key, number, podName, namespace, uid, owner }
}
