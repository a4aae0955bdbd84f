/** Where two values differ first, and by what. */
export interface Difference {
  /** `answers.3.body.message`; the keys of an object in another order: the path of the object. */
  readonly path: string
  readonly left: unknown
  readonly right: unknown
}

/** Compares values as JSON, the order of keys included; undefined when they are the same. */
export function firstDifference(left: unknown, right: unknown, path: readonly string[] = []): Difference | undefined {
  if (isNode(left) && isNode(right) && Array.isArray(left) === Array.isArray(right)) {
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])]
    for (const key of keys) {
      const inner = firstDifference(left[key as never], right[key as never], [...path, key])
      if (inner) return inner
    }
    const [leftKeys, rightKeys] = [Object.keys(left).join(), Object.keys(right).join()]
    return leftKeys === rightKeys ? undefined : { path: path.join('.'), left: leftKeys, right: rightKeys }
  }
  return Object.is(left, right) ? undefined : { path: path.join('.'), left, right }
}

function isNode(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
