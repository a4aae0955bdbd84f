import type { ObjectMetaView } from '../pod-view.ts'
import { readTextMap } from './read-text-map.ts'
import { readTime } from './time-text.ts'
import type { WireReader } from './wire-reader.ts'

/** Reads an ObjectMeta. Managed fields, often half of a pod, are passed over. */
export function readObjectMeta(reader: WireReader): ObjectMetaView {
  const end = reader.end()
  let name: string | undefined
  let namespace: string | undefined
  let uid: string | undefined
  let resourceVersion: string | undefined
  let creationTimestamp: string | undefined
  let deletionTimestamp: string | undefined
  let deletionGracePeriodSeconds: number | undefined
  let labels: Record<string, string> | undefined
  let annotations: Record<string, string> | undefined
  let finalizers: string[] | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        name = reader.ownText() || undefined
        break
      case 0x1a:
        namespace = reader.text() || undefined
        break
      case 0x2a:
        uid = reader.ownText() || undefined
        break
      case 0x32:
        resourceVersion = reader.ownText() || undefined
        break
      case 0x42:
        creationTimestamp = readTime(reader)
        break
      case 0x4a:
        deletionTimestamp = readTime(reader)
        break
      case 0x50:
        deletionGracePeriodSeconds = reader.integer()
        break
      case 0x5a:
        labels ??= {}
        readTextMap(reader, labels)
        break
      case 0x62:
        annotations ??= {}
        readTextMap(reader, annotations)
        break
      case 0x72:
        finalizers ??= []
        finalizers.push(reader.text())
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return {
    name,
    namespace,
    uid,
    resourceVersion,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    labels,
    annotations,
    finalizers,
  }
}
