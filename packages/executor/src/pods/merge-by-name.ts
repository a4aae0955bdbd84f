import { isPlainObject } from './plain-object.ts'

/** What tells the items of a list apart: the keys under which an item is known, any of which makes it a namesake. */
type Naming = (item: Record<string, unknown>) => readonly unknown[]

const byName: Naming = ({ name }) => [name]

/** Lists of pods and containers whose items have names, and so override each other. Others are appended. */
const NAMINGS: Readonly<Record<string, Naming>> = {
  env: byName,
  volumes: byName,
  volumeMounts: ({ mountPath }) => [mountPath],
  // A port is known by its number; two of one name would be refused too.
  ports: ({ containerPort, protocol = 'TCP', name }) => [
    containerPort === undefined ? undefined : `${String(containerPort)}/${String(protocol)}`,
    name,
  ],
  finalizers: byName,
  ownerReferences: ({ uid }) => [uid],
}

/**
 * Both lists as one: the base's order, the client's item in the place of its namesake, new ones behind. Within a side the
 * last of a name wins. Items without a name stay as they are. Fields that have no names are appended.
 */
export function mergeListByName(
  field: string,
  base: readonly unknown[],
  client: readonly unknown[],
): readonly unknown[] {
  const naming = NAMINGS[field]
  if (naming === undefined) return [...base, ...client]
  const merged: unknown[] = []
  for (const item of [...base, ...client]) {
    const names = namesOf(item, naming)
    const namesakes = merged.flatMap((other, index) => (shares(names, namesOf(other, naming)) ? [index] : []))
    const [place, ...others] = namesakes
    if (place === undefined) {
      merged.push(item)
      continue
    }
    merged[place] = item
    for (const index of others.reverse()) merged.splice(index, 1)
  }
  return merged
}

function namesOf(item: unknown, naming: Naming): readonly unknown[] {
  if (isPlainObject(item)) return naming(item)
  // Finalizers are their own names.
  return typeof item === 'string' ? [item] : []
}

/** Whether two items have one of their names in common, at the same position: a port's number is no port's name. */
function shares(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.some((name, index) => name !== undefined && name !== null && name !== '' && name === b[index])
}
