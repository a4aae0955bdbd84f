import { createHash } from 'node:crypto'
import { build } from 'esbuild'
import { moduleFile } from '../module-file.ts'

/** The code that workers run: no image brings it along. */
export interface WorkerCode {
  /** A line of JavaScript (CommonJS) for `node --eval`. */
  readonly bootstrap: string
  /** The runtime, one self-contained module that the bootstrap fetches by its hash. */
  readonly runtime: { readonly hash: string; readonly code: string }
}

/** Builds the workers' code from our own sources. The same version of us gives the same text. */
export async function buildWorkerCode(): Promise<WorkerCode> {
  const [bootstrap, runtime] = await Promise.all([bundle('./bootstrap-entry', 'cjs'), bundle('./runtime-entry', 'esm')])
  return {
    bootstrap: bootstrap.trim(),
    runtime: { code: runtime, hash: createHash('sha256').update(runtime).digest('hex') },
  }
}

async function bundle(entry: string, format: 'cjs' | 'esm'): Promise<string> {
  const result = await build({
    entryPoints: [moduleFile(import.meta.url, entry)],
    write: false,
    bundle: true,
    format,
    platform: 'node',
    target: 'node24',
    minify: format === 'cjs',
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'silent',
  })
  return result.outputFiles[0]?.text ?? ''
}

/** The command of a function task's container. */
export function bootstrapCommand(bootstrap: string): readonly string[] {
  // Kubernetes would take `$(…)` in a command for a variable, and `$$` for an escape.
  return ['node', '--eval', bootstrap.replaceAll('$', '$$$$')]
}
