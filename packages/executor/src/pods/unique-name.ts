import { createHash, randomInt } from 'node:crypto'
import { ArgumentError } from '../errors.ts'
import { slug } from './slug.ts'

/** Kubernetes: a pod's host name is its name, and a host name has at most 63 characters. */
export const MAX_POD_NAME_LENGTH = 63

/** The length of the part that tells equal names apart, without its dash. */
export const SUFFIX_LENGTH = 8

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'

export interface UniqueNameOptions {
  /** @default 63 */
  readonly maxLength?: number
  /** Gives numbers from 0 up to 1; the default is cryptographic. */
  readonly random?: () => number
}

export interface UniqueIdOptions extends UniqueNameOptions {
  readonly dagId?: string | null
  readonly taskId?: string | null
  /** Append a random suffix. @default true */
  readonly unique?: boolean
}

/**
 * A pod name for a task: the slug of `<dag id>-<task id>`, cut to size, with eight random characters of [a-z0-9]. Ids that
 * leave no letter (emoji, say) give the bare suffix, or nine digits of their hash where none is asked for: the result is
 * always a valid DNS label. Airflow: `create_unique_id`.
 *
 * @throws {ArgumentError} `ARGUMENT_INVALID`: neither id is given, or `maxLength` leaves no room.
 */
export function createUniqueId(options: UniqueIdOptions): string {
  const { dagId, taskId, maxLength = MAX_POD_NAME_LENGTH, unique = true, random } = options
  const ids = [dagId, taskId].filter((id) => id !== undefined && id !== null && id !== '')
  if (ids.length === 0) throw new ArgumentError('a pod name needs a dagId or a taskId')
  const text = ids.join('-')
  const base = stripped(slug(text).slice(0, checkedLength(maxLength)))
  if (unique) return addUniqueSuffix(base, { maxLength, ...(random === undefined ? {} : { random }) })
  return base === '' ? createHash('md5').update(text).digest('hex').slice(0, 9) : base
}

/**
 * The name, cut so that a dash and eight random characters of [a-z0-9] fit behind it; dots and dashes at its ends go. The
 * suffix alone where nothing is left. Airflow: `add_unique_suffix`.
 *
 * @throws {ArgumentError} `ARGUMENT_INVALID`: `maxLength` leaves no room.
 */
export function addUniqueSuffix(name: string, options: UniqueNameOptions = {}): string {
  const { maxLength = MAX_POD_NAME_LENGTH, random = cryptographic } = options
  const suffix = Array.from({ length: SUFFIX_LENGTH }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('')
  return withSuffix(name, suffix, checkedLength(maxLength))
}

/** `<name>-<suffix>` in at most `maxLength` characters; the suffix alone where nothing of the name is left. */
export function withSuffix(name: string, suffix: string, maxLength: number): string {
  const base = stripped(name.slice(0, Math.max(0, maxLength - suffix.length - 1)))
  return base === '' ? suffix : `${base}-${suffix}`
}

function stripped(name: string): string {
  return name.replace(/^[-.]+|[-.]+$/g, '')
}

function checkedLength(maxLength: number): number {
  if (Number.isInteger(maxLength) && maxLength > SUFFIX_LENGTH) return maxLength
  throw new ArgumentError(`maxLength must be a whole number above ${SUFFIX_LENGTH}, not ${String(maxLength)}`)
}

function cryptographic(): number {
  return randomInt(2 ** 32) / 2 ** 32
}
