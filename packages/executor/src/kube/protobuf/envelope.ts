import { UnreadableAnswer } from '../unreadable-answer.ts'
import { WireReader } from './wire-reader.ts'

/** The media type of the API's protobuf; answers add parameters, as `;stream=watch`. */
export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf'

/** Whether an answer of this Content-Type is in protobuf. */
export function isProtobuf(contentType: string | undefined): boolean {
  return contentType?.startsWith(PROTOBUF_TYPE) ?? false
}

/** An object's type, and a reader that stands at its first byte. */
export interface Envelope {
  readonly kind: string
  readonly reader: WireReader
  readonly end: number
}

/** Opens what Kubernetes puts around an object: the bytes `k8s` and zero, then a runtime.Unknown. */
export function openEnvelope(bytes: Buffer, at = 0, limit = bytes.length): Envelope {
  if (limit - at < 4 || bytes.readUInt32BE(at) !== 0x6b387300) {
    throw new UnreadableAnswer(`${limit - at} bytes that are no object of Kubernetes in protobuf`)
  }
  const reader = new WireReader(bytes, at + 4, limit)
  let kind = ''
  let rawAt = -1
  let end = limit
  while (reader.at < limit) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        kind = readKind(reader)
        break
      case 0x12:
        end = reader.end()
        rawAt = reader.at
        reader.at = end
        break
      case 0x1a:
      case 0x22:
        // The encoding and the type of what is inside: both empty for protobuf, as it is.
        if (reader.text() !== '') throw new UnreadableAnswer('an object in protobuf with an encoding of its own')
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(limit)
  if (rawAt < 0) throw new UnreadableAnswer('protobuf without an object')
  reader.at = rawAt
  return { kind, reader, end }
}

/** The version is the path's: nothing else is asked for. */
function readKind(reader: WireReader): string {
  const end = reader.end()
  let kind = ''
  while (reader.at < end) {
    const tag = reader.tag()
    if (tag === 0x12) kind = reader.text()
    else reader.skip(tag)
  }
  reader.endAt(end)
  return kind
}
