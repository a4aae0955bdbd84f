import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { findProcesses } from '../support/find-processes.ts'

const davit = fileURLToPath(new URL('../../packages/workflows/bin/davit.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'davit-ends-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let child: ChildProcess | undefined
afterEach(() => void child?.kill('SIGKILL'))

/** How `davit` comes to run: by becoming a modern Node, or, where Node cannot do that, as the child of a wrapper. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  'in place': [],
  'under a wrapper': ['--import', 'data:text/javascript,process.execve=undefined'],
}

/** Starts a run whose tasks carry the marker and last: one plain, one with a grandchild in a session of its own. */
async function startRun(marker: string, way: string) {
  const file = join(folder, `${marker}.yaml`)
  const lasting = (task_id: string, command: string[]) => ({
    task_id,
    image: 'busybox',
    command,
    env: { MARKER: marker },
  })
  const tasks = [
    lasting('plain', ['sleep', '300']),
    lasting('strays', ['sh', '-c', 'setsid sh -c "sleep 301 & sleep 302" & sleep 303']),
    { ...lasting('waits', ['true']), upstream: ['plain'] },
  ]
  writeFileSync(file, JSON.stringify({ dag_id: 'ends', tasks }))
  const started = spawn(process.execPath, [...(WAYS[way] ?? []), davit, 'run', file, '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child = started
  const stdout = started.stdout.setEncoding('utf8').toArray()
  started.stderr.resume()
  const exit = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    started.once('exit', (code, signal) => resolve({ code, signal })),
  )
  await eventually(
    () => ['300', '301', '302', '303'].every((seconds) => findProcesses(marker).some((pid) => isSleep(pid, seconds))),
    { withinMs: 20_000 },
  )
  return { started, exit, stdout }
}

describe.runIf(process.platform === 'linux').each(Object.keys(WAYS))('davit run %s', (way) => {
  it('killed with SIGKILL leaves no process of any pod 5 s later, a setsid grandchild included', async () => {
    const marker = randomUUID()
    const { started, exit } = await startRun(marker, way)
    started.kill('SIGKILL')
    await exit
    await eventually(() => findProcesses(marker).length === 0, { withinMs: 5_000 })
  }, 40_000)

  it('interrupted once cancels: pods are stopped, running tasks failed, waiting ones skipped, exit 1', async () => {
    const marker = randomUUID()
    const { started, exit, stdout } = await startRun(marker, way)
    started.kill('SIGINT')
    expect(await exit).toEqual({ code: 1, signal: null })
    const { state, tasks } = JSON.parse((await stdout).join(''))
    expect(state).toBe('failed')
    expect(tasks.map((task: { taskId: string; state: string }) => [task.taskId, task.state])).toEqual([
      ['plain', 'failed'],
      ['strays', 'failed'],
      ['waits', 'skipped'],
    ])
    expect(findProcesses(marker)).toEqual([])
  }, 60_000)

  it('interrupted twice leaves at once', async () => {
    const marker = randomUUID()
    const { started, exit } = await startRun(marker, way)
    started.kill('SIGINT')
    started.kill('SIGTERM')
    expect(await exit).toEqual({ code: 1, signal: null })
    await eventually(() => findProcesses(marker).length === 0, { withinMs: 5_000 })
  }, 40_000)
})

function isSleep(pid: number, seconds: string): boolean {
  return findProcesses(`sleep\0${seconds}`).includes(pid)
}
