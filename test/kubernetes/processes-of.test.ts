import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { processesOf } from './processes-of.ts'

describe.runIf(process.platform === 'linux')('processesOf', () => {
  it('finds a process whose HOME is the folder, and no other', async () => {
    const folder = `/nowhere/${process.pid}`
    const start = async (HOME: string) => {
      const child = spawn('sleep', ['60'], { env: { PATH: process.env.PATH, HOME } })
      await once(child, 'spawn')
      return child
    }
    const children = await Promise.all([start(folder), start(`${folder}0`)])
    try {
      expect(processesOf(folder).map(({ pid }) => pid)).toEqual([children[0]?.pid])
    } finally {
      for (const child of children) child.kill('SIGKILL')
    }
    await once(children[0], 'close')
    expect(processesOf(folder)).toEqual([])
  })
})
