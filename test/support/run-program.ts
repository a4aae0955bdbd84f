import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A program of an example or a page, under way. */
export interface Program {
  readonly child: ChildProcessByStdio<null, Readable, Readable>
  /** What it has written so far, to both outputs. */
  readonly output: () => string
  /** Resolves to its exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>
}

/** Starts a TypeScript program with the sources of the packages, as `scripts/with-node.mjs` does. */
export function startProgram(
  args: readonly string[],
  { cwd = root, env = {} }: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Program {
  const child = spawn(
    process.execPath,
    ['--conditions=davit-source', '--disable-warning=ExperimentalWarning', ...args],
    { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code))
  })
  return { child, output: () => output, ended }
}
