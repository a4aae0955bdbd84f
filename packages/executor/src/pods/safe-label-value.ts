import { createHash } from 'node:crypto'

const MAX_LENGTH = 63
const HASH_LENGTH = 9

/**
 * The text as a label value: what Kubernetes does not allow is taken out, and when that changes it or it is too long, it
 * is cut to 53 characters with `-` and nine digits of the original's MD5 behind. Where nothing is left, the nine digits
 * alone; an empty text stays empty, which is a legal value. Airflow: `make_safe_label_value`.
 */
export function makeSafeLabelValue(text: string): string {
  const safe = text.replace(/^[^a-zA-Z0-9]*|[^a-zA-Z0-9_.-]|[^a-zA-Z0-9]*$/g, '')
  if (safe === text && safe.length <= MAX_LENGTH) return safe
  const hash = createHash('md5').update(text).digest('hex').slice(0, HASH_LENGTH)
  return safe === '' ? hash : `${safe.slice(0, MAX_LENGTH - HASH_LENGTH - 1)}-${hash}`
}
