import type { WireReader } from './wire-reader.ts'

/** What a list says of itself, as it would stand in JSON. */
export interface ListMeta {
  readonly selfLink?: string
  readonly resourceVersion?: string
  readonly continue?: string
  readonly remainingItemCount?: number
}

/** Reads a ListMeta. */
export function readListMeta(reader: WireReader): ListMeta {
  const end = reader.end()
  const meta: { -readonly [K in keyof ListMeta]: ListMeta[K] } = {}
  let text: string
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        text = reader.ownText()
        if (text) meta.selfLink = text
        break
      case 0x12:
        text = reader.ownText()
        if (text) meta.resourceVersion = text
        break
      case 0x1a:
        text = reader.ownText()
        if (text) meta.continue = text
        break
      case 0x20:
        meta.remainingItemCount = reader.integer()
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return meta
}
