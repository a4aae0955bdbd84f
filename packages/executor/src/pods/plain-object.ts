/** A JSON object: not null, not a list. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Whether a value counts as not given in a merge: null, `""`, 0, false, an empty list or object. Airflow: Python's
 * falsehood; there an empty *typed* object counts as given, which plain JSON cannot tell from an empty map.
 */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** A deep copy of plain JSON, so that nobody's input is shared with a result; members that are undefined are left out. */
export function clonePlain<T>(value: T): T {
  if (Array.isArray(value)) return value.map(clonePlain) as T
  if (!isPlainObject(value)) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  // fromEntries defines its members, so that a key named `__proto__` stays a key.
  return Object.fromEntries(members.map(([name, member]) => [name, clonePlain(member)])) as T
}

/** The same value, which nobody can change any more. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
