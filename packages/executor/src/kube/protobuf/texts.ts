/** A power of two. What many pods have alike at one time fits; what falls out is only made once more. */
const PLACES = 4_096
/** What is longer is hardly the same twice. */
const LONGEST = 64

const held: string[] = new Array(PLACES).fill('')
const heldKeys: string[] = new Array(PLACES).fill('')

/**
 * The text of some bytes of UTF-8. One that was read not long ago is found again by its bytes and not made anew, which is
 * most of what reading a pod costs. For what pods have alike: names of labels and nodes, ids of tasks, reasons.
 */
export function sharedText(bytes: Buffer, from: number, to: number): string {
  return find(held, bytes, from, to) ?? keep(held, bytes, from, to, (text) => text)
}

/** As {@link sharedText}, for names of properties: the engine takes one that it knows as such much faster. */
export function sharedKey(bytes: Buffer, from: number, to: number): string {
  return find(heldKeys, bytes, from, to) ?? keep(heldKeys, bytes, from, to, asKey)
}

/** The text of some bytes of UTF-8 that will hardly be read again: names of pods, uids, versions. */
export function ownText(bytes: Buffer, from: number, to: number): string {
  for (let at = from; at < to; at++) if ((bytes[at] as number) >= 0x80) return bytes.toString('utf8', from, to)
  return bytes.toString('latin1', from, to)
}

let place = 0

/** Undefined: it is not held; `place` says where it would be, or -1 where it must not. */
function find(texts: readonly string[], bytes: Buffer, from: number, to: number): string | undefined {
  const length = to - from
  if (length === 0) return ''
  place = -1
  if (length > LONGEST) return undefined
  let hash = length
  let seen = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number
    seen |= byte
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  // Only of ASCII a character is a byte.
  if (seen >= 0x80) return undefined
  place = (hash ^ (hash >>> 15)) & (PLACES - 1)
  const text = texts[place] as string
  if (text.length !== length) return undefined
  for (let at = 0; at < length; at++) if (text.charCodeAt(at) !== bytes[from + at]) return undefined
  return text
}

function keep(texts: string[], bytes: Buffer, from: number, to: number, made: (text: string) => string): string {
  if (place < 0) return ownText(bytes, from, to)
  const text = made(bytes.toString('latin1', from, to))
  texts[place] = text
  return text
}

function asKey(text: string): string {
  return Object.keys({ [text]: true })[0] as string
}
