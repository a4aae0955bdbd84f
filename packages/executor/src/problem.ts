/** One thing that is wrong with the input, said so that its author can mend it. */
export interface Problem {
  /** The file as the user named it; null where there is none. */
  readonly file: string | null
  /** From 1; where the file is text and the place is known. */
  readonly line?: number
  /** Where in it (`spec.containers[0].image`), or the option; null for the whole. */
  readonly path: string | null
  /** Lower case, names the thing. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
}

/** A problem as one line: `pod.yaml:3: spec.nodeSelectors: unknown field; did you mean nodeSelector?` */
export function problemText({ file, line, path, message, hint }: Problem): string {
  const place = file === null ? [] : [line === undefined ? file : `${file}:${line}`]
  const said = hint === undefined ? message : `${message}; ${hint}`
  return [...place, ...(path === null ? [] : [path]), said].join(': ')
}
