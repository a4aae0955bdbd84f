import type { Problem } from './problem.ts'

/** One line for people: `sales.yaml: tasks.sum.upstream[0]: no task "extrakt" (did you mean "extract"?)` */
export function problemText({ file, path, message, hint }: Problem): string {
  const place = [file, path].filter((part) => part !== null).map((part) => `${part}: `)
  return `${place.join('')}${message}${hint === undefined ? '' : ` (${hint})`}`
}
