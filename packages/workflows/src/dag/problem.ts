/** One thing that is wrong with the input, said so that its author can mend it. */
export interface Problem {
  /** The file as the user named it; null where there is none. */
  readonly file: string | null
  /** Where in it (`tasks.extract.upstream[1]`), or the option (`--param`); null for the whole. */
  readonly path: string | null
  /** Lower case, names the thing. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
}
