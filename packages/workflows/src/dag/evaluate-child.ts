// A child process: evaluates the bundle of a DAG file, and writes what it defines to file descriptor 3 as one JSON text.
// Standard output and error belong to the DAG file.
import { writeSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describeDag } from './describe-dag.ts'
import type { Evaluation } from './evaluate-dag.ts'

const ANSWER_FD = 3

async function evaluate(bundle: string): Promise<Evaluation> {
  try {
    const module: Record<string, unknown> = await import(pathToFileURL(bundle).href)
    return { ok: true, document: await describeDag(module) }
  } catch (error) {
    if (!(error instanceof Error)) return { ok: false, error: { message: `thrown: ${String(error)}`, stack: '' } }
    return { ok: false, error: { message: `${error.name}: ${error.message}`, stack: error.stack ?? '' } }
  }
}

function answer(evaluation: Evaluation): void {
  const bytes = Buffer.from(JSON.stringify(evaluation))
  for (let written = 0; written < bytes.length; ) written += writeSync(ANSWER_FD, bytes, written)
  // What the file has left behind (timers, servers) must not keep the process.
  process.exit(0)
}

// Nothing is left that could settle what the file awaits.
process.once('beforeExit', () => {
  const hint = 'a DAG file only defines tasks: move work into them'
  answer({ ok: false, error: { message: 'the file awaits something at its top that never comes', stack: '', hint } })
})
evaluate(process.argv[2] ?? '').then(answer)
