import type { Random } from '../random.ts'

/** The letters of generated names: none that make words, or look alike. */
const NAME_LETTERS = 'bcdfghjklmnpqrstvwxz2456789'
const SUFFIX_LENGTH = 5
const MAX_GENERATED_LENGTH = 63

/** A name that begins with `prefix`, cut so that the whole is a DNS label (apiserver: names.SimpleNameGenerator). */
export function generatedName(prefix: string, random: Random): string {
  let suffix = ''
  for (let index = 0; index < SUFFIX_LENGTH; index++) {
    suffix += NAME_LETTERS[Math.floor(random() * NAME_LETTERS.length)]
  }
  return prefix.slice(0, MAX_GENERATED_LENGTH - SUFFIX_LENGTH) + suffix
}

/** A random uid (RFC 9562, version 4). */
export function randomUid(random: Random): string {
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) => {
    const digit = Math.floor(random() * 16)
    return (place === 'x' ? digit : (digit & 3) | 8).toString(16)
  })
}

/** Seconds since 1970 as the API writes times: `2026-01-01T00:00:00Z`. */
export function timestampOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}

/** The same to the microsecond, for events. */
export function microTimestampOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z')
}
