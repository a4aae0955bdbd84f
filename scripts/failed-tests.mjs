import { stripVTControlCharacters } from 'node:util'

/** How many lines of a leg that names no failed test tell what went wrong. */
const LAST_LINES = 15

/**
 * What failed in the output of a suite: the titles of the tests that vitest lists as failed, each once, or else its last
 * words.
 *
 * @param {string} output of the whole leg
 * @returns {string[]} one line each
 */
export function failedTests(output) {
  const lines = stripVTControlCharacters(output).split('\n')
  const titles = lines.flatMap((line) => /^\s*FAIL\s+(.+)$/.exec(line)?.[1]?.trim() ?? [])
  if (titles.length > 0) return [...new Set(titles)]
  return lines
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-LAST_LINES)
}
