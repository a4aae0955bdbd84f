import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A row of a table: the cells by the names of their columns. */
export type TableRow = Readonly<Record<string, string>>

/** The tables of a page of the repository, those under one heading together. A heading without a table is not there. */
export function tablesOf(page: string): ReadonlyMap<string, readonly TableRow[]> {
  const text = readFileSync(fileURLToPath(new URL(`../../${page}`, import.meta.url)), 'utf8')
  const tables = new Map<string, TableRow[]>()
  let heading = ''
  let columns: readonly string[] | null = null
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) heading = line.replace(/^#+ /, '')
    if (!line.startsWith('|')) columns = null
    else if (columns === null) columns = cellsOf(line)
    else if (!/^\|[-| ]+\|$/.test(line)) {
      const cells = cellsOf(line)
      if (cells.length !== columns.length) throw new Error(`${page}: ${cells.length} cells in ${line}`)
      const row = Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? '']))
      tables.set(heading, [...(tables.get(heading) ?? []), row])
    }
  }
  return tables
}

/** What stands between backticks in a cell. */
export function codesIn(cell = ''): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)
}

function cellsOf(line: string): readonly string[] {
  return line
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))
}
