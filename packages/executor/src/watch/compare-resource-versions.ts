/**
 * Negative when `a` is older than `b`, positive when newer, 0 when equal; undefined when they cannot be compared.
 * Kubernetes promises since 1.35 that versions of one resource are whole numbers that grow.
 */
export function compareResourceVersions(a: string, b: string): number | undefined {
  if (!NUMBER.test(a) || !NUMBER.test(b)) return undefined
  if (a.length !== b.length) return a.length - b.length
  return a === b ? 0 : a < b ? -1 : 1
}

const NUMBER = /^(0|[1-9][0-9]*)$/
