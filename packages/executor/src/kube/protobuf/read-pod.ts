import type { ObjectMetaView, PodSpecView, PodStatusView, PodView } from '../pod-view.ts'
import { readObjectMeta } from './read-object-meta.ts'
import { readPodSpec } from './read-pod-spec.ts'
import { readPodStatus } from './read-pod-status.ts'
import type { WireReader } from './wire-reader.ts'

/** Reads a Pod up to `end`: what a {@link PodView} shows, as it would stand in JSON. */
export function readPod(reader: WireReader, end: number): PodView {
  let metadata: ObjectMetaView | undefined
  let spec: PodSpecView | undefined
  let status: PodStatusView | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        metadata = readObjectMeta(reader)
        break
      case 0x12:
        spec = readPodSpec(reader)
        break
      case 0x1a:
        status = readPodStatus(reader)
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return { metadata, spec, status }
}
