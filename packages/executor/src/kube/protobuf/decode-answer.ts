import { setImmediate } from 'node:timers/promises'
import type { PodView } from '../pod-view.ts'
import type { Status } from '../types.ts'
import { UnreadableAnswer } from '../unreadable-answer.ts'
import { openEnvelope } from './envelope.ts'
import { type ListMeta, readListMeta } from './read-list-meta.ts'
import { readPod } from './read-pod.ts'
import { readStatus } from './read-status.ts'

/** So many pods take a few milliseconds; a list that came without pages has more. */
const PODS_AT_A_TIME = 100

/** Reads an answer that is a pod, the metadata of one, or a Status. */
export function decodePod(bytes: Buffer): PodView | Status {
  const { kind, reader, end } = openEnvelope(bytes)
  switch (kind) {
    case 'Pod':
    // Its only field is the pod's first.
    case 'PartialObjectMetadata':
      return readPod(reader, end)
    case 'Status':
      return readStatus(reader, end)
    default:
      throw new UnreadableAnswer(`an object of kind ${JSON.stringify(kind)}`)
  }
}

/** Reads an answer that is a list of pods, and keeps of each only the projection. Others get their turn between the pods. */
export async function decodePodList<T>(
  bytes: Buffer,
  project: (pod: PodView) => T,
): Promise<{ readonly metadata: ListMeta; readonly items: readonly T[] }> {
  const { kind, reader, end } = openEnvelope(bytes)
  if (kind !== 'PodList') throw new UnreadableAnswer(`an object of kind ${JSON.stringify(kind)}`)
  let metadata: ListMeta = {}
  const items: T[] = []
  while (reader.at < end) {
    const tag = reader.tag()
    if (tag === 0x0a) metadata = readListMeta(reader)
    else if (tag === 0x12) {
      if (items.length > 0 && items.length % PODS_AT_A_TIME === 0) await setImmediate()
      items.push(project(readPod(reader, reader.end())))
    } else reader.skip(tag)
  }
  reader.endAt(end)
  return { metadata, items }
}
