/**
 * Applies a merge patch (RFC 7386): null removes, objects merge, everything else replaces. The keys of what it touches are
 * sorted afterwards, as Go writes maps.
 */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {}
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
