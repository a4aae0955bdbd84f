import type { DocumentPath } from './document-path.ts'
import type { Findings } from './finding.ts'

/** Airflow: `KEY_REGEX`, Python's `\w` being letters, numbers and the underscore of every script. */
const KEY = /^[\p{L}\p{N}_.-]+$/u
const MAX_LENGTH = 250

/** Airflow: `validate_key`: the rule for dag and task ids. */
export function checkKey(id: string, path: DocumentPath, found: Findings): void {
  if (id === '') {
    found.problem(path, 'the id is empty')
  } else if (!KEY.test(id)) {
    found.problem(
      path,
      `${JSON.stringify(id)} is no valid id`,
      'use letters, digits, dashes, dots and underscores only',
    )
  } else if ([...id].length > MAX_LENGTH) {
    found.problem(path, `the id has ${[...id].length} characters`, `use at most ${MAX_LENGTH}`)
  }
}
