import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of a suite's own, which runs until it is killed. */
export interface SpawnedChild extends AsyncDisposable {
  /** Ends it by SIGKILL: it has no time for anything. */
  kill(): Promise<void>
  /** Lets it stand still, and go on again, as a machine that is out of breath does. */
  pause(): void
  resume(): void
  /** What it has written to standard output by now. */
  stdout(): string
  /** And to standard error. */
  stderr(): string
}

/** Starts a program of this folder with one argument, as JSON. */
export function spawnChild(program: string, task: object): SpawnedChild {
  const options = ['--conditions=davit-source', '--disable-warning=ExperimentalWarning']
  const script = fileURLToPath(new URL(program, import.meta.url))
  const child = spawn(process.execPath, [...options, script, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.stderr += text
  })
  const exited = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return {
    kill,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    [Symbol.asyncDispose]: kill,
  }
}
