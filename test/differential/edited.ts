import type { Edit, Json } from './operation.ts'

type Node = { [key: string]: Json } | Json[]

/** A copy of an object with fields changed. What lies on the way is made; an edit below a bare value does nothing. */
export function edited(object: Json, edits: readonly Edit[]): Json {
  const copy = structuredClone(object)
  for (const edit of edits) apply(copy, edit)
  return copy
}

function apply(root: Json, { path, value }: Edit): void {
  const steps = path.split('.')
  const last = steps.at(-1) ?? ''
  let node: Json | undefined = root
  for (const [index, step] of steps.slice(0, -1).entries()) {
    if (!isNode(node)) return
    let next: Json | undefined = Array.isArray(node) ? node[Number(step)] : node[step]
    if (next === undefined || next === null) {
      next = isIndex(steps[index + 1] ?? '') ? [] : {}
      write(node, step, next)
    }
    node = next
  }
  if (isNode(node)) write(node, last, value === undefined ? undefined : structuredClone(value))
}

/** An index behind the end appends. */
function write(node: Node, step: string, value: Json | undefined): void {
  if (!Array.isArray(node)) {
    if (value === undefined) delete node[step]
    else node[step] = value
  } else if (isIndex(step)) {
    if (value === undefined) node.splice(Number(step), 1)
    else node[Math.min(Number(step), node.length)] = value
  }
}

function isIndex(step: string): boolean {
  return /^\d+$/.test(step)
}

function isNode(value: Json | undefined): value is Node {
  return typeof value === 'object' && value !== null
}
