import { isWithin } from './mount-plan.ts'

/** A path of the container and where its content is on the machine. */
export interface PathMapping {
  /** As the pod has it: a mountPath, or the termination message's path. */
  readonly path: string
  readonly source: string
  /** What stands there, for messages: `volume "data"`. */
  readonly what: string
}

/**
 * The value with a path at or below a mapping's led to where the content is; other values as they are. Each part of a
 * list with colons, as in PATH, counts for itself.
 */
export function rewritePaths(value: string, mappings: readonly PathMapping[]): string {
  return value
    .split(':')
    .map((part) => {
      const mapping = deepestFor(part, mappings)
      return mapping ? mapping.source + part.slice(mapping.path.length) : part
    })
    .join(':')
}

/**
 * The mapping whose path stands in a text as a path of its own, where no rewriting would find it; undefined when none
 * does. `text` is what the author wrote, with variables taken out.
 */
export function literalPath(text: string, mappings: readonly PathMapping[]): PathMapping | undefined {
  return mappings.find(({ path }) => {
    for (let at = text.indexOf(path); at >= 0; at = text.indexOf(path, at + 1)) {
      const before = text[at - 1]
      const after = text[at + path.length]
      const begins = before === undefined || !/[\w./~-]/.test(before)
      const ends = after === undefined || !/[\w.-]/.test(after)
      if (begins && ends) return true
    }
    return false
  })
}

function deepestFor(path: string, mappings: readonly PathMapping[]): PathMapping | undefined {
  return mappings.filter((one) => isWithin(path, one.path)).sort((a, b) => b.path.length - a.path.length)[0]
}
