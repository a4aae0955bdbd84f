import { stripTerminal } from '../strip-terminal.ts'

/** Lines of columns, each as wide as its widest cell; the last one ends where its text does. */
export function tableText(table: readonly (readonly string[])[]): string {
  const rows = table.map((row) => row.map(stripTerminal))
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
