import { isRecord } from '../schema/is-record.ts'

/**
 * Applies a merge patch (RFC 7386): null removes, objects merge, everything else replaces. The keys of what it touches are
 * sorted afterwards, as Go writes maps.
 */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else {
      Object.defineProperty(merged, key, {
        value: applyMergePatch(merged[key], value),
        writable: true,
        enumerable: true,
        configurable: true,
      })
    }
  }
  return Object.fromEntries(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)))
}
