import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { identifyProcess, isAlive, parseProcStat } from './process-identity.ts'

const fieldsAfterState = '1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 777123 0 0'

describe('process identity', () => {
  it('reads the start time behind a program name with spaces and parentheses', () => {
    expect(parseProcStat(`42 (a (b) c) S ${fieldsAfterState}`)).toBe('777123')
  })

  it('takes a zombie for dead', () => {
    expect(parseProcStat(`42 (a) Z ${fieldsAfterState}`)).toBeNull()
  })

  it('knows a process while it lives, and no longer', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
    const identity = identifyProcess(child.pid ?? 0)
    if (identity === null) throw new Error('the child cannot be identified')
    expect(isAlive(identity)).toBe(true)
    child.stdin.end()
    await once(child, 'exit')
    expect(isAlive(identity)).toBe(false)
  })

  it('does not take a stranger with the same pid for the process', () => {
    expect(isAlive({ pid: process.pid, startedAt: 'some other time' })).toBe(false)
  })

  it('finds nobody under a pid that nobody has', () => {
    expect(identifyProcess(2 ** 30)).toBeNull()
  })
})
