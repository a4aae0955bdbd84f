import { sharedKey } from './texts.ts'
import type { WireReader } from './wire-reader.ts'

/** Reads one entry of a map from texts to texts into `map`. */
export function readTextMap(reader: WireReader, map: Record<string, string>): void {
  const end = reader.end()
  let key = ''
  let value = ''
  while (reader.at < end) {
    const tag = reader.tag()
    if (tag === 0x0a) key = readKey(reader)
    else if (tag === 0x12) value = reader.text()
    else reader.skip(tag)
  }
  reader.endAt(end)
  put(map, key, value)
}

/** Reads one entry of a ResourceList: a map from names to quantities, which are texts. */
export function readQuantity(reader: WireReader, map: Record<string, string>): void {
  const end = reader.end()
  let key = ''
  let value = '0'
  while (reader.at < end) {
    const tag = reader.tag()
    if (tag === 0x0a) key = readKey(reader)
    else if (tag === 0x12) value = readQuantityText(reader)
    else reader.skip(tag)
  }
  reader.endAt(end)
  put(map, key, value)
}

function readQuantityText(reader: WireReader): string {
  const end = reader.end()
  let text = ''
  while (reader.at < end) {
    const tag = reader.tag()
    if (tag === 0x0a) text = reader.text()
    else reader.skip(tag)
  }
  reader.endAt(end)
  return text || '0'
}

function readKey(reader: WireReader): string {
  const end = reader.end()
  const key = sharedKey(reader.bytes, reader.at, end)
  reader.at = end
  return key
}

function put(map: Record<string, string>, key: string, value: string): void {
  // As JSON.parse does: an ordinary property, whatever its name means elsewhere.
  if (key === '__proto__')
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true })
  else map[key] = value
}
