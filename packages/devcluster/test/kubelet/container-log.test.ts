import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ContainerLog, type LogReadOptions } from '../../src/kubelet/container-log.ts'

let folder: string
let now: number
let log: ContainerLog

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-log-test-'))
  now = Date.parse('2026-01-01T00:00:00Z')
  log = new ContainerLog(join(folder, 'log'), () => now)
})

afterEach(async () => {
  log.end()
  await rm(folder, { recursive: true })
})

const write = (text: string, stream: 'stdout' | 'stderr' = 'stdout') => log.append(stream, Buffer.from(text))

async function read(options: Partial<LogReadOptions> = {}, signal = new AbortController().signal): Promise<string> {
  let text = ''
  for await (const chunk of log.read({ follow: false, timestamps: false, ...options }, signal)) {
    text += Buffer.from(chunk).toString()
  }
  return text
}

it('keeps both streams in the order in which they came', async () => {
  write('a\n')
  write('b\n', 'stderr')
  write('c\n')
  expect(await read()).toBe('a\nb\nc\n')
})

it('gives the last lines, the unfinished one included', async () => {
  write(Array.from({ length: 20_000 }, (_, n) => `line ${n}\n`).join(''))
  write('rest')
  log.end()
  expect(await read({ tailLines: 3 })).toBe('line 19998\nline 19999\nrest')
  expect(await read({ tailLines: 0 })).toBe('')
  expect((await read()).length).toBe(Array.from({ length: 20_000 }, (_, n) => `line ${n}\n`).join('').length + 4)
  expect(await read({ tailLines: 50_000 })).toBe(await read())
})

it('gives what is new enough, with times, up to a limit', async () => {
  write('old\n')
  now += 10_000
  write('new\n')
  expect(await read({ since: now })).toBe('new\n')
  expect(await read({ timestamps: true, tailLines: 1 })).toBe('2026-01-01T00:00:10.000000000Z new\n')
  expect(await read({ limitBytes: 5 })).toBe('old\nn')
  expect(await read({ limitBytes: 0 })).toBe('')
})

it('follows until the end', async () => {
  write('one\n')
  const following = read({ follow: true })
  const tail = read({ follow: true, tailLines: 0 })
  for (let n = 0; n < 50; n++) {
    await new Promise((resolve) => setImmediate(resolve))
    write(`line ${n}\n`)
  }
  log.end()
  const lines = Array.from({ length: 50 }, (_, n) => `line ${n}\n`).join('')
  expect(await following).toBe(`one\n${lines}`)
  expect(`one\n${lines}`.endsWith(await tail)).toBe(true)
})

it('lets a follower go when it leaves', async () => {
  const leaving = new AbortController()
  write('one\n')
  const chunks = log.read({ follow: true, timestamps: false }, leaving.signal)
  expect(Buffer.from((await chunks.next()).value ?? []).toString()).toBe('one\n')
  const next = chunks.next()
  leaving.abort()
  expect(await next).toEqual({ done: true, value: undefined })
})

it('gives its last lines as a message', () => {
  write(Array.from({ length: 100 }, (_, n) => `line ${n}\n`).join(''))
  expect(Buffer.from(log.tail(2, 2048)).toString()).toBe('line 98\nline 99\n')
  expect(Buffer.from(log.tail(80, 8)).toString()).toBe('line 99\n')
})
