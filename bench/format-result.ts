import { type BenchmarkResult, figures, ratios } from './result.ts'
import { spreadOf } from './statistics.ts'

/** The table of one benchmark, and what it took. */
export function formatResult(result: BenchmarkResult): string {
  const failures = failuresOf(result).map(([name, reason]) => `  ${name} failed: ${reason}`)
  const load = result.load.map((value) => value.toFixed(1)).join(' to ')
  return [
    `${result.name}: ${result.title}`,
    ...alignColumns(resultTable(result)),
    ...failures,
    `  ${Math.round(result.seconds)} s, load ${load}`,
  ].join('\n')
}

/** The heads, a row for each contender, then one for Davit's ratio to each of the others. */
export function resultTable(result: BenchmarkResult): string[][] {
  const { metrics, contenders } = result
  const names = Object.keys(contenders)
  const row = (name: string, cell: (metric: string, digits: number | undefined) => string) => [
    name,
    ...metrics.map(({ name: metric, digits }) => cell(metric, digits)),
  ]
  const others = contenders.davit === undefined ? [] : names.filter((name) => name !== 'davit')
  return [
    row('', (metric) => metric),
    ...names.map((name) => row(name, (metric, digits) => spreadText(figures(result, metric, name), digits))),
    ...others.map((name) => row(`davit / ${name}`, (metric) => spreadText(ratios(result, metric, name), 2, '×'))),
  ]
}

/** Which contender failed, and why. */
export function failuresOf({ contenders }: BenchmarkResult): [name: string, reason: string][] {
  return Object.entries(contenders).flatMap(([name, { failures }]) =>
    failures.map((reason): [string, string] => [name, reason]),
  )
}

/** `median (min–max)`; alone when there was one run, `–` when there was none. */
export function spreadText(values: readonly number[], digits = 2, unit = ''): string {
  if (values.length === 0) return '–'
  const { median, min, max } = spreadOf(values)
  const text = (value: number) => value.toFixed(digits)
  if (values.length === 1) return `${text(median)}${unit}`
  return `${text(median)}${unit} (${text(min)}–${text(max)})`
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`.trimEnd(),
  )
}
