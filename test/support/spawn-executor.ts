import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ExecutorChildTask } from './executor-child.ts'

const script = fileURLToPath(new URL('executor-child.ts', import.meta.url))

/** An executor in a process of its own. */
export interface SpawnedExecutor extends AsyncDisposable {
  /** Ends it by SIGKILL: it has no time for anything. */
  kill(): Promise<void>
  /** What it has written to standard error. */
  readonly stderr: string
}

/** Starts `executor-child.ts`. */
export function spawnExecutor(task: ExecutorChildTask): SpawnedExecutor {
  const options = ['--conditions=davit-source', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...options, script, JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const exited = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return {
    kill,
    get stderr() {
      return stderr
    },
    [Symbol.asyncDispose]: kill,
  }
}
