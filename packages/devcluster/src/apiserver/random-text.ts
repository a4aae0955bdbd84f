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
