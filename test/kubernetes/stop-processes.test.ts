import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { identifyProcess, isAlive } from './process-identity.ts'
import { stopProcesses } from './stop-processes.ts'

async function deafProcess(): Promise<ChildProcess> {
  const program = `process.on('SIGTERM', () => {}); process.stdin.resume(); console.log('here')`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  return child
}

describe('stopProcesses', () => {
  it('ends a process that does not listen to SIGTERM, and returns when it is gone', async () => {
    const identity = identifyProcess((await deafProcess()).pid ?? 0)
    if (identity === null) throw new Error('the child cannot be identified')
    await stopProcesses([identity])
    expect(isAlive(identity)).toBe(false)
  })

  it('leaves a stranger alone that has the pid by now', async () => {
    const child = await deafProcess()
    const pid = child.pid ?? 0
    await stopProcesses([{ pid, startedAt: 'some other time' }])
    expect(identifyProcess(pid)).not.toBeNull()
    child.stdin?.end()
    await once(child, 'exit')
  })

  it('has nothing to do for processes that are gone', async () => {
    await expect(stopProcesses([{ pid: 2 ** 30, startedAt: '1' }])).resolves.toBeUndefined()
  })
})
