import { answerStatus, isStatus } from './answer-status.ts'
import type { PodView } from './pod-view.ts'
import type { Pod, WatchEvent } from './types.ts'
import { UnreadableAnswer } from './unreadable-answer.ts'
import { watchEventOf } from './watch-event-of.ts'

/** Reads one line of a watch and keeps of its pod only the projection. Throws {@link UnreadableAnswer} for what is no event. */
export function decodeWatchEvent<T>(line: string, project: (pod: PodView) => T): WatchEvent<T> {
  const { type, object } = readEvent(line)
  if (type === 'ERROR') {
    return { type, status: isStatus(object) ? object : answerStatus(500, JSON.stringify(object)) }
  }
  return watchEventOf(type, object, project)
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
