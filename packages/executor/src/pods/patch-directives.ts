/** What a strategic merge patch says beside values. Kubernetes: `strategicpatch`. */
export const PATCH_DIRECTIVE = '$patch'
export const RETAIN_KEYS = '$retainKeys'
/** Each is followed by the name of a list beside it. */
export const ELEMENT_ORDER = '$setElementOrder/'
export const PRIMITIVE_DELETION = '$deleteFromPrimitiveList/'

/** The list that a directive of this prefix is about; null: another key. */
export function listOfDirective(key: string, prefix: typeof ELEMENT_ORDER | typeof PRIMITIVE_DELETION): string | null {
  return key.startsWith(prefix) ? key.slice(prefix.length) : null
}
