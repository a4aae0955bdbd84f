import { loadDag } from '../dag/load-dag.ts'
import { type PreparedRun, prepareRun } from '../run/prepare-run.ts'
import type { TypedRunOptions } from '../run/run-options.ts'
import type { Io } from './io.ts'

/** Loads the file that was named and checks what was typed. What the file prints is shown on standard error. */
export function prepare(io: Io, file: string, typed: TypedRunOptions): Promise<PreparedRun> {
  const { cwd, env, stderr } = io
  return prepareRun({
    file,
    typed,
    nowMs: Date.now(),
    cwd,
    env,
    loadDag: (path) => loadDag(path, { cwd, env, onOutput: (text) => stderr.write(text) }),
  })
}
