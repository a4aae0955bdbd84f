import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { cpuMsOf, parsePrivateBytes, parseStat, treeCpuMs } from '../measuring/cpu-time.ts'

describe('parseStat', () => {
  it('reads what comes after a name of any shape', () => {
    const text = `42 (a (b) c) S 7 42 42 0 -1 4194304 100 0 0 0 12 3 4 1 20 0 11 0 500 1000000 2500 18446744073709551615 ${'0 '.repeat(25)}`
    expect(parseStat(text)).toEqual({ pid: 42, parent: 7, cpuMs: 200, residentPages: 2500 })
  })
})

describe('parsePrivateBytes', () => {
  it('counts what nobody shares', () => {
    const lines = ['Rss: 900 kB', 'Shared_Clean: 500 kB', 'Private_Clean:      100 kB', 'Private_Dirty:      24 kB', '']
    expect(parsePrivateBytes(lines.join('\n'))).toBe(124 * 1024)
  })
})

describe.runIf(process.platform === 'linux')('on this machine', () => {
  it('counts the time of a process, and with its children of the tree', async () => {
    const busy = 'const end = process.cpuUsage().user + 200000; while (process.cpuUsage().user < end);'
    const parent = `const { spawn } = require("node:child_process");
      const child = spawn(process.execPath, ["-e", ${JSON.stringify(`${busy} console.log("spent"); process.stdin.resume()`)}], { stdio: ["inherit", "inherit", "inherit"] });
      process.stdin.resume()`
    const child = spawn(process.execPath, ['-e', parent], { stdio: ['pipe', 'pipe', 'inherit'] })
    try {
      await once(child.stdout, 'data')
      const alone = cpuMsOf(child.pid ?? 0)
      expect(treeCpuMs(child.pid ?? 0)).toBeGreaterThanOrEqual(alone + 200)
    } finally {
      child.stdin.end()
      child.kill()
      await once(child, 'exit')
    }
    expect(cpuMsOf(child.pid ?? 0)).toBe(0)
  })
})
