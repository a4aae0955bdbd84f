import { answerStatus, isStatus } from './answer-status.ts'
import type { PodView } from './pod-view.ts'
import type { Pod, WatchEvent } from './types.ts'
import { UnreadableAnswer } from './unreadable-answer.ts'

/** Reads one line of a watch and keeps of its pod only the projection. Throws {@link UnreadableAnswer} for what is no event. */
export function decodeWatchEvent<T>(line: string, project: (pod: PodView) => T): WatchEvent<T> {
  const { type, object } = readEvent(line)
  if (type === 'ERROR') {
    return { type, status: isStatus(object) ? object : answerStatus(500, JSON.stringify(object)) }
  }
  const resourceVersion = object.metadata?.resourceVersion
  if (typeof resourceVersion !== 'string' || resourceVersion === '')
    throw new UnreadableAnswer('an event without a version')
  switch (type) {
    case 'BOOKMARK': {
      const end = object.metadata?.annotations?.['k8s.io/initial-events-end']
      return { type, resourceVersion, initialEventsEnd: end === 'true' }
    }
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, resourceVersion, object: project(object) }
    default:
      throw new UnreadableAnswer(`an event of unknown type ${JSON.stringify(type)}`)
  }
}

function readEvent(line: string): { type: unknown; object: Pod } {
  let event: unknown
  try {
    event = JSON.parse(line)
  } catch {
    // The parser's own message would quote the line, which may hold anything.
    throw new UnreadableAnswer(`a line of ${line.length} characters that is not JSON`)
  }
  const { type, object } = (event ?? {}) as { type?: unknown; object?: unknown }
  if (typeof object !== 'object' || object === null) throw new UnreadableAnswer('a line that is no event')
  return { type, object: object as Pod }
}
