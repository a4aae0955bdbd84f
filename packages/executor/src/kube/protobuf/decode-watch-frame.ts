import { answerStatus } from '../answer-status.ts'
import type { PodView } from '../pod-view.ts'
import type { WatchEvent } from '../types.ts'
import { UnreadableAnswer } from '../unreadable-answer.ts'
import { watchEventOf } from '../watch-event-of.ts'
import { type Envelope, openEnvelope } from './envelope.ts'
import type { Frame } from './frame-splitter.ts'
import { readPod } from './read-pod.ts'
import { readStatus } from './read-status.ts'
import { WireReader } from './wire-reader.ts'

/**
 * Reads one frame of a watch, a metav1.WatchEvent, and keeps of its pod only the projection.
 * Throws {@link UnreadableAnswer} for what is no event.
 */
export function decodeWatchFrame<T>({ bytes, at, end }: Frame, project: (pod: PodView) => T): WatchEvent<T> {
  const reader = new WireReader(bytes, at, end)
  let type = ''
  let object: Envelope | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    if (tag === 0x0a) type = reader.text()
    else if (tag === 0x12) object = openObject(reader)
    else reader.skip(tag)
  }
  reader.endAt(end)
  if (!object) throw new UnreadableAnswer('a frame that is no event')
  if (type === 'ERROR') return { type, status: statusOf(object) }
  if (object.kind !== 'Pod') throw new UnreadableAnswer(`an event about ${JSON.stringify(object.kind)}`)
  return watchEventOf(type, readPod(object.reader, object.end), project)
}

/** The object in a RawExtension. */
function openObject(reader: WireReader): Envelope | undefined {
  const end = reader.end()
  let object: Envelope | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    if (tag === 0x0a) {
      const objectEnd = reader.end()
      object = openEnvelope(reader.bytes, reader.at, objectEnd)
      reader.at = objectEnd
    } else reader.skip(tag)
  }
  reader.endAt(end)
  return object
}

function statusOf({ kind, reader, end }: Envelope) {
  return kind === 'Status' ? readStatus(reader, end) : answerStatus(500, `an object of kind ${kind}`)
}
