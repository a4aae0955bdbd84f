import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '@davit/executor'
import { moduleFile } from '../module-file.ts'
import type { DagDocument } from './dag-document.ts'

/** What the child process answers. */
export type Evaluation =
  | { readonly ok: true; readonly document: DagDocument }
  | {
      readonly ok: false
      /** `stack`: in terms of the author's files; empty when there is none. */
      readonly error: { readonly message: string; readonly stack: string; readonly hint?: string }
    }

export interface EvaluateOptions {
  /** The child's working directory: the DAG file's folder. */
  readonly folder: string
  /** How long the file may take. */
  readonly deadlineMs: number
  /** Passed on: PATH, HOME, TMPDIR, TZ and the language; nothing else, since what else there is may be secret. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock?: Clock
  readonly signal?: AbortSignal
  /** What the file prints. */
  readonly onOutput?: (text: string) => void
}

const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL']
/** A process that the file started may hold the child's pipes open; nobody waits for it longer than this. */
const DRAIN_MS = 500
/** What a DAG may be as JSON. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/**
 * Evaluates a DAG file's bundle in a child process and returns what it defines. An endless file is killed at the
 * deadline; a file that throws, ends its process or never settles is told as an error of the evaluation.
 */
export async function evaluateDag(code: string, options: EvaluateOptions): Promise<Evaluation> {
  const folder = await mkdtemp(join(tmpdir(), 'davit-dag-'))
  try {
    const bundle = join(folder, 'bundle.mjs')
    await writeFile(bundle, code)
    return await runChild(bundle, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function runChild(bundle: string, options: EvaluateOptions): Promise<Evaluation> {
  const { folder, deadlineMs, env, clock = systemClock, signal, onOutput } = options
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        '--enable-source-maps',
        '--disable-warning=ExperimentalWarning',
        moduleFile(import.meta.url, './evaluate-child'),
        bundle,
      ],
      {
        cwd: folder,
        env: Object.fromEntries(PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      },
    )
    const answer: Buffer[] = []
    let answerBytes = 0
    let timedOut = false
    const streams = child.stdio.slice(1).filter((stream) => stream !== null && stream !== undefined)
    const kill = () => child.kill('SIGKILL')
    const deadline = clock.setTimeout(() => {
      timedOut = true
      kill()
    }, deadlineMs)
    const timers = [deadline]
    signal?.addEventListener('abort', kill, { once: true })
    child.stdout?.setEncoding('utf8').on('data', (text: string) => onOutput?.(text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => onOutput?.(text))
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      answerBytes += chunk.length
      if (answerBytes <= MAX_ANSWER_BYTES) answer.push(chunk)
      else kill()
    })
    child.on('exit', () => {
      const drop = () => {
        for (const stream of streams) stream.destroy()
      }
      timers.push(clock.setTimeout(drop, DRAIN_MS))
    })
    const settle = () => {
      for (const timer of timers) timer.cancel()
      signal?.removeEventListener('abort', kill)
    }
    child.on('error', (cause) => {
      settle()
      reject(new Error(`cannot start the process that evaluates DAG files: ${cause.message}`, { cause }))
    })
    child.on('close', (exitCode, exitSignal) => {
      settle()
      if (signal?.aborted) reject(signal.reason)
      else if (timedOut) resolve(failed(`the file did not end within ${deadlineMs / 1000} s`, ENDLESS))
      else if (answerBytes > MAX_ANSWER_BYTES) resolve(failed('the DAG has more than 64 MiB', 'map over less'))
      else resolve(parseAnswer(Buffer.concat(answer).toString(), exitCode, exitSignal))
    })
  })
}

const ENDLESS = 'a DAG file only defines tasks: move work into them'

function parseAnswer(text: string, exitCode: number | null, signal: string | null): Evaluation {
  if (text !== '') {
    try {
      return JSON.parse(text) as Evaluation
    } catch {
      // A process that died while it wrote: told by its end, below.
    }
  }
  const how = signal === null ? `exit code ${exitCode}` : `signal ${signal}`
  return failed(`the file ended its process while it was loaded (${how})`, ENDLESS)
}

function failed(message: string, hint: string): Evaluation {
  return { ok: false, error: { message, stack: '', hint } }
}
