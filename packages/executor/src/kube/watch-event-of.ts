import type { PodView } from './pod-view.ts'
import type { WatchEvent } from './types.ts'
import { UnreadableAnswer } from './unreadable-answer.ts'

/** An event about a pod, which keeps of it only the projection. Throws {@link UnreadableAnswer} for what is none. */
export function watchEventOf<T>(type: unknown, pod: PodView, project: (pod: PodView) => T): WatchEvent<T> {
  const resourceVersion = pod.metadata?.resourceVersion
  if (typeof resourceVersion !== 'string' || resourceVersion === '')
    throw new UnreadableAnswer('an event without a version')
  switch (type) {
    case 'BOOKMARK': {
      const end = pod.metadata?.annotations?.['k8s.io/initial-events-end']
      return { type, resourceVersion, initialEventsEnd: end === 'true' }
    }
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, resourceVersion, object: project(pod) }
    default:
      throw new UnreadableAnswer(`an event of unknown type ${JSON.stringify(type)}`)
  }
}
