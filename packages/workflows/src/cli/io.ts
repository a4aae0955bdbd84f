import type { Readable, Writable } from 'node:stream'

/** A stream that may be a terminal. */
export interface Output extends Writable {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** What the process gives to the command line: only `main.ts` takes it from `process`. */
export interface Io {
  readonly stdin: Readable
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Calls back for each SIGINT, SIGTERM and SIGHUP; returns the function that ends it. */
  onInterrupt(listener: () => void): () => void
  /** Ends the process now, whatever is still going on. */
  exit(code: number): never
}
