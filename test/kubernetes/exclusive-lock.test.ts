import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { acquireLock } from './exclusive-lock.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-lock-test-'))
  file = join(folder, 'lock')
})
afterEach(async () => await rm(folder, { recursive: true }))

describe('acquireLock', () => {
  it('lets the second in when the first is done', async () => {
    const first = await acquireLock(file)
    let secondIsIn = false
    const waits = Promise.withResolvers<void>()
    const second = acquireLock(file, { onWait: waits.resolve }).then((lock) => {
      secondIsIn = true
      return lock
    })
    await waits.promise
    expect(secondIsIn).toBe(false)
    first[Symbol.dispose]()
    ;(await second)[Symbol.dispose]()
  })

  it('is free again when its holder was killed', async () => {
    const module = fileURLToPath(new URL('exclusive-lock.ts', import.meta.url))
    const program = `
      const { acquireLock } = await import(${JSON.stringify(module)})
      globalThis.lock = await acquireLock(${JSON.stringify(file)})
      console.log('held')
      process.stdin.resume()`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    await once(holder.stdout, 'data')
    await expect(acquireLock(file, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ name: 'TimeoutError' })
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    ;(await acquireLock(file))[Symbol.dispose]()
  })

  it('says which file cannot be locked', async () => {
    await expect(acquireLock(join(folder, 'nowhere', 'lock'))).rejects.toThrow(/nowhere\/lock/)
  })
})
