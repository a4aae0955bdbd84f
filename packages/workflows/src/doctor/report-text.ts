import { stripTerminal } from '../strip-terminal.ts'
import type { Finding } from './finding.ts'

/** The findings for a reader: a line each, what matters and what to do below those that are not well, and a sum. */
export function reportText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const several = new Set(findings.flatMap(({ namespace }) => namespace ?? [])).size > 1
  const lines = findings.flatMap(({ level, check, namespace, what, why, todo }) => {
    const place = several && namespace !== null ? `${namespace}: ` : ''
    const indent = ' '.repeat('problem  '.length + width + 2)
    return [
      `${level.padEnd('problem'.length)}  ${check.padEnd(width)}  ${place}${what}`,
      ...(why === undefined ? [] : [`${indent}why: ${why}`]),
      ...(todo === undefined ? [] : [`${indent}do:  ${todo}`]),
    ]
  })
  // What the server and its webhooks say is shown on a terminal.
  return `${[...lines.map(stripTerminal), '', sumText(findings)].join('\n')}\n`
}

function sumText(findings: readonly Finding[]): string {
  const count = (level: Finding['level'], word: string) => {
    const number = findings.filter((finding) => finding.level === level).length
    return `${number} ${word}${number === 1 ? '' : 's'}`
  }
  return `${count('problem', 'problem')}, ${count('warning', 'warning')}`
}
