/** A power of two. What many pods have alike at one time fits; what falls out is only made once more. */
const PLACES = 2_048
/** What is longer is hardly the same twice. */
const LONGEST = 64
/** About so many bytes of a text, spread over it, say where it is held; whether it is the same, all of them. */
const SAMPLES = 8

/** Texts of ASCII beside their bytes: bytes compare faster than a text's characters. */
class HeldTexts {
  readonly #texts: string[] = new Array(PLACES).fill('')
  readonly #bytes = new Uint8Array(PLACES * LONGEST)
  readonly #make: (text: string) => string

  constructor(make: (text: string) => string) {
    this.#make = make
  }

  get(bytes: Buffer, from: number, to: number): string {
    const length = to - from
    if (length > LONGEST) return ownText(bytes, from, to)
    if (length === 0) return ''
    const step = 1 + ((length / SAMPLES) | 0)
    let hash = length
    for (let at = to - 1; at >= from; at -= step) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1)
    const known = this.#texts[place] as string
    if (known.length === length && this.#has(place, bytes, from, length)) return known
    return this.#keep(place, bytes, from, to)
  }

  #has(place: number, bytes: Buffer, from: number, length: number): boolean {
    const held = this.#bytes
    const start = place * LONGEST
    for (let at = 0; at < length; at++) if (held[start + at] !== bytes[from + at]) return false
    return true
  }

  #keep(place: number, bytes: Buffer, from: number, to: number): string {
    const text = ownText(bytes, from, to)
    // Only of ASCII a character is a byte.
    if (text.length !== to - from) return text
    const made = this.#make(text)
    this.#texts[place] = made
    this.#bytes.set(bytes.subarray(from, to), place * LONGEST)
    return made
  }
}

const values = new HeldTexts((text) => text)
/** The engine takes names of properties that it knows as such much faster. */
const keys = new HeldTexts((text) => Object.keys({ [text]: true })[0] as string)

/**
 * The text of some bytes of UTF-8. One that was read not long ago is found again by its bytes and not made anew, which is
 * most of what reading a pod costs. For what pods have alike: ids of tasks, names of nodes, reasons.
 */
export function sharedText(bytes: Buffer, from: number, to: number): string {
  return values.get(bytes, from, to)
}

/** As {@link sharedText}, for names of properties. */
export function sharedKey(bytes: Buffer, from: number, to: number): string {
  return keys.get(bytes, from, to)
}

/** The text of some bytes of UTF-8 that will hardly be read again: names of pods, uids, versions. */
export function ownText(bytes: Buffer, from: number, to: number): string {
  for (let at = from; at < to; at++) if ((bytes[at] as number) >= 0x80) return bytes.toString('utf8', from, to)
  return bytes.toString('latin1', from, to)
}
