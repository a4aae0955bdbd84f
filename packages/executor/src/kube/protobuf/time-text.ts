import type { WireReader } from './wire-reader.ts'

/** A power of two: pods of one time share their times. */
const PLACES = 1_024
const SECONDS_OF_YEAR_10000 = 253_402_300_800

const seconds = new Float64Array(PLACES).fill(Number.NaN)
const texts: string[] = new Array(PLACES).fill('')

/**
 * Reads a metav1.Time that ends at `end`, as JSON has it: ISO 8601, without fractions of a second. The zero time, an empty
 * message, is null in JSON, of which the types of Kubernetes say nothing; so is what JSON could not hold.
 */
export function readTime(reader: WireReader): string {
  const end = reader.end()
  if (reader.at === end) return null as unknown as string
  let at = 0
  while (reader.at < end) {
    const tag = reader.tag()
    if (tag === 0x08) at = reader.integer()
    else reader.skip(tag)
  }
  reader.endAt(end)
  return timeText(at)
}

function timeText(at: number): string {
  const place = at & (PLACES - 1)
  if (seconds[place] === at) return texts[place] as string
  // Years of other than four digits are not of this world, and no text in JSON either.
  if (!(at >= -62_135_596_800 && at < SECONDS_OF_YEAR_10000)) return null as unknown as string
  const text = `${new Date(at * 1000).toISOString().slice(0, 19)}Z`
  seconds[place] = at
  texts[place] = text
  return text
}
