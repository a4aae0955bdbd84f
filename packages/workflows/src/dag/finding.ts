import type { DocumentPath } from './document-path.ts'

/** A problem before it knows its file: what the checks of a DAG produce. */
export interface Finding {
  readonly path: DocumentPath
  readonly message: string
  readonly hint?: string
  /** Absolute: another file than the DAG's, in which `path` then is. */
  readonly file?: string
}

/** Where checks put what they find, so that one pass finds everything. */
export class Findings {
  readonly problems: Finding[] = []
  readonly warnings: Finding[] = []

  problem(path: DocumentPath, message: string, hint?: string): void {
    this.problems.push(hint === undefined ? { path, message } : { path, message, hint })
  }

  warning(path: DocumentPath, message: string, hint?: string): void {
    this.warnings.push(hint === undefined ? { path, message } : { path, message, hint })
  }
}
