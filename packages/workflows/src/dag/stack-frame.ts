import { existsSync } from 'node:fs'
import { dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A line of a stack. */
export interface StackFrame {
  /** Absolute. */
  readonly file: string
  readonly line: number
  readonly column: number
}

// The parts of this package that are bundled with DAG files.
const OURS = dirname(fileURLToPath(import.meta.url)) + sep

/** The innermost frame that is the author's: not Node's, not ours, and not a package's unless all are. */
export function authorsFrame(stack: string): StackFrame | undefined {
  // Node cannot map a place to a file whose name has a `#` or `?`: better no place than the bundle's.
  const frames = stack
    .split('\n')
    .flatMap((line) => parseFrame(line) ?? [])
    .filter(({ file }) => existsSync(file))
  const notOurs = frames.filter(({ file }) => !file.startsWith(OURS))
  return notOurs.find(({ file }) => !file.includes(`${sep}node_modules${sep}`)) ?? notOurs[0]
}

function parseFrame(text: string): StackFrame | undefined {
  const match = /^\s+at (?:.*\()?((?:file:\/\/)?\/.*?|[A-Za-z]:\\.*?):(\d+):(\d+)\)?$/.exec(text)
  const [, place, line, column] = match ?? []
  if (place === undefined) return undefined
  return {
    file: place.startsWith('file://') && URL.canParse(place) ? fileURLToPath(place) : place,
    line: Number(line),
    column: Number(column),
  }
}
