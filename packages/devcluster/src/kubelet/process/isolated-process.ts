/** What is run for a container. */
export interface ProcessRequest {
  readonly command: readonly string[]
  /** All of it: nothing is inherited. */
  readonly environment: ReadonlyMap<string, string>
  readonly workingDirectory: string
  readonly onOutput: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void
}

/** How a process ended: by itself with a code, or by a signal. */
export type ProcessEnd =
  | { readonly code: number; readonly signal: null }
  | { readonly code: null; readonly signal: NodeJS.Signals }

/** A container's main process, with all that it starts. */
export interface IsolatedProcess {
  /** Settles when nothing of it is left and its output is complete. Never rejects. */
  readonly ended: Promise<ProcessEnd>
  /** To the main process; SIGKILL to all that it started, too. */
  signal(signal: NodeJS.Signals): void
}
