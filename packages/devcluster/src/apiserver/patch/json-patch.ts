import { isRecord } from '../schema/is-record.ts'

/** One operation (RFC 6902). */
interface Operation {
  readonly op?: unknown
  readonly path?: unknown
  readonly from?: unknown
  readonly value?: unknown
}

/** A JSON patch that cannot be applied. */
export class PatchFailed extends Error {
  override readonly name = 'PatchFailed'
}

type Node = Record<string, unknown> | unknown[]

/**
 * Applies a JSON patch to a copy of a document. As in Kubernetes: a missing member is null to `test` and `copy`, `replace`
 * adds it, and `remove` of one fails; an index below 0 counts from the end; the document itself can only be replaced, by
 * an object or a list. The keys of what it touches are sorted afterwards, as Go writes maps.
 *
 * @throws {PatchFailed}
 */
export function applyJsonPatch(document: unknown, operations: readonly unknown[]): unknown {
  let root = structuredClone(document)
  for (const operation of operations) root = applied(root, (operation ?? {}) as Operation)
  const touched = operations.flatMap((operation) => {
    const { op, path, from } = (operation ?? {}) as Operation
    return op === 'move' ? [path, from] : [path]
  })
  return touched.reduce((sorted, path) => sortedAlong(sorted, pointer(path)), sortedKeys(root))
}

/** With the keys of every object on the way to a place in their order. */
function sortedAlong(node: unknown, path: readonly string[]): unknown {
  const [step, ...rest] = path
  if (step === undefined || rest.length === 0) return node
  if (Array.isArray(node)) return node.map((item, index) => (String(index) === step ? sortedPart(item, rest) : item))
  if (!isRecord(node) || !Object.hasOwn(node, step)) return node
  return Object.fromEntries(
    Object.entries(node).map(([key, part]) => [key, key === step ? sortedPart(part, rest) : part]),
  )
}

function sortedPart(part: unknown, rest: readonly string[]): unknown {
  return sortedAlong(sortedKeys(part), rest)
}

function sortedKeys(node: unknown): unknown {
  if (!isRecord(node)) return node
  return Object.fromEntries(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function applied(root: unknown, operation: Operation): unknown {
  const path = pointer(operation.path)
  switch (operation.op) {
    case 'add':
      return added(root, path, givenValue(operation), false)
    case 'replace':
      return added(root, path, givenValue(operation), true)
    case 'remove':
      return removed(root, path)
    case 'test':
      if (!isEqual(read(root, path) ?? null, givenValue(operation)))
        throw new PatchFailed(`test of ${operation.path} failed`)
      return root
    case 'copy':
      return added(root, path, structuredClone(read(root, memberPointer(operation.from)) ?? null), false)
    case 'move': {
      const from = memberPointer(operation.from)
      const value = read(root, from)
      return added(removed(root, from), path, value, false)
    }
    default:
      throw new PatchFailed(`unknown operation ${String(operation.op)}`)
  }
}

/** One that is left out is null. */
function givenValue({ value }: Operation): unknown {
  return structuredClone(value ?? null)
}

function memberPointer(path: unknown): readonly string[] {
  const steps = pointer(path)
  if (steps.length === 0) throw new PatchFailed('no path to a member')
  return steps
}

function pointer(path: unknown): readonly string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) throw new PatchFailed('no such path')
  if (path === '') return []
  return path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function read(root: unknown, path: readonly string[]): unknown {
  let node = root
  for (const step of path) {
    if (Array.isArray(node)) node = node[indexIn(step, node.length)]
    else if (isRecord(node)) node = Object.hasOwn(node, step) ? node[step] : undefined
    else throw new PatchFailed(`nothing at ${step}`)
  }
  return node
}

function parentOf(root: unknown, path: readonly string[]): { readonly node: Node; readonly step: string } {
  const step = path.at(-1)
  const node = read(root, path.slice(0, -1))
  if (step === undefined || !(Array.isArray(node) || isRecord(node))) throw new PatchFailed('no place for a value')
  return { node, step }
}

function added(root: unknown, path: readonly string[], value: unknown, isReplacement: boolean): unknown {
  if (path.length === 0) {
    if (!isReplacement || !(Array.isArray(value) || isRecord(value))) throw new PatchFailed('no such document')
    return value
  }
  const { node, step } = parentOf(root, path)
  if (!Array.isArray(node)) {
    Object.defineProperty(node, step, { value, writable: true, enumerable: true, configurable: true })
  } else if (isReplacement) {
    node[indexIn(step, node.length)] = value
  } else {
    node.splice(step === '-' ? node.length : indexIn(step, node.length + 1), 0, value)
  }
  return root
}

function removed(root: unknown, path: readonly string[]): unknown {
  const { node, step } = parentOf(root, path)
  if (Array.isArray(node)) node.splice(indexIn(step, node.length), 1)
  else if (Object.hasOwn(node, step)) delete node[step]
  else throw new PatchFailed(`nothing at ${step}`)
  return root
}

/** An index below `end`; one below 0 counts from there. */
function indexIn(step: string, end: number): number {
  if (!/^[+-]?[0-9]+$/.test(step)) throw new PatchFailed(`no index ${step}`)
  const index = Number(step) < 0 ? Number(step) + end : Number(step)
  if (index < 0 || index >= end) throw new PatchFailed(`no index ${step}`)
  return index
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqual(item, b[index]))
  }
  if (isRecord(a) && isRecord(b)) {
    const keys = Object.keys(a)
    return (
      keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]))
    )
  }
  return a === b
}
