import { PassThrough, Readable } from 'node:stream'
import type { Io } from '../../src/cli/io.ts'

/** A process that is none: what a command writes can be read back, and `interrupt` is its Ctrl-C. */
export function fakeIo({ cwd = process.cwd(), env = {} as Record<string, string | undefined> } = {}) {
  const written = { stdout: '', stderr: '' }
  const listeners = new Set<() => void>()
  const output = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk) => {
      written[name] += chunk
    })
  const io: Io = {
    stdin: Readable.from([]),
    stdout: output('stdout'),
    stderr: output('stderr'),
    env,
    cwd,
    onInterrupt(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    exit(code) {
      throw new Error(`exit ${code}`)
    },
  }
  const interrupt = () => {
    for (const listener of listeners) listener()
  }
  return { io, written, interrupt }
}
