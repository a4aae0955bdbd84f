import type { Change } from '../../storage/change-log.ts'
import type { KubeObject } from '../../storage/kube-object.ts'

/** What a watch tells of one change. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  readonly object: KubeObject
}

/**
 * What a watch with a selector tells of a change; undefined when nothing of it concerns the watch. An object that enters
 * the selector is ADDED, one that leaves it DELETED.
 */
export function watchEvent(
  { type, object, previous }: Change,
  matches: (object: KubeObject) => boolean,
): WatchEvent | undefined {
  const is = type !== 'DELETED' && matches(object)
  const was = previous !== undefined && matches(previous)
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object }
  if (!was) return undefined
  return { type: 'DELETED', object: type === 'DELETED' ? object : leftBehind(previous, object) }
}

/** What a selector lost: the object as it was before, under the version of the change. */
function leftBehind(previous: KubeObject, { metadata }: KubeObject): KubeObject {
  return {
    ...previous,
    metadata: {
      ...previous.metadata,
      ...(metadata.resourceVersion !== undefined && { resourceVersion: metadata.resourceVersion }),
    },
  }
}
