/** The part of an object's metadata that the store and the API server read. The rest is carried along. */
export interface ObjectMetadata {
  readonly name: string
  readonly namespace?: string
  readonly generateName?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
  readonly [field: string]: unknown
}

/** An object as it is stored: without kind and apiVersion, which its resource knows, frozen in all its depth. */
export interface KubeObject {
  readonly metadata: ObjectMetadata
  readonly [field: string]: unknown
}

/** `namespace/name`, or the bare name where there are no namespaces: the order of lists. */
export function objectKey(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name
}

/** Freezes an object and all below it; parts that are frozen already are shared with an older version and left alone. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) deepFreeze(part)
  return value
}

/**
 * An object with the parts of its older version in place of those that equal them, so that versions share what did not
 * change; the older version itself when nothing did.
 */
export function sharingParts(next: KubeObject, older: KubeObject): KubeObject {
  const parts = Object.entries(next).map(([name, part]) => {
    const before = older[name]
    const isSame = part === before || JSON.stringify(part) === JSON.stringify(before)
    return { name, part: isSame ? before : part, isSame }
  })
  const isOlder = parts.length === Object.keys(older).length && parts.every(({ isSame }) => isSame)
  if (isOlder) return older
  return Object.fromEntries(parts.map(({ name, part }) => [name, part])) as KubeObject
}
