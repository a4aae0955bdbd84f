/** A table in Markdown; a bar in a cell stays one. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(columns), `|${columns.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

/**
 * What stands between a heading's words and the next heading of its kind is replaced: the words end at the first table,
 * with which the content has to begin.
 *
 * @throws Error when there is no such heading
 */
export function withSection(page: string, heading: string, content: string): string {
  const start = page.indexOf(`\n## ${heading}\n`)
  if (start < 0) throw new Error(`the page has no section ${JSON.stringify(heading)}`)
  const next = page.indexOf('\n## ', start + 1)
  const section = page.slice(start, next < 0 ? undefined : next)
  const intro = section.slice(0, section.indexOf('\n|') < 0 ? undefined : section.indexOf('\n|')).trimEnd()
  return `${page.slice(0, start)}${intro}\n\n${content}\n${next < 0 ? '' : page.slice(next)}`
}
