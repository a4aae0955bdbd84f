import { PassThrough, Readable } from 'node:stream'
import { davit } from '../../packages/workflows/src/cli/davit.ts'

/** Calls the command line in this process, where a process of its own would prove nothing more. */
export async function callDavit(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const written = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk) => {
      written[name] += chunk
    })
  const io = {
    stdin: Readable.from([]),
    stdout: output('stdout'),
    stderr: output('stderr'),
    env,
    cwd: process.cwd(),
    onInterrupt: () => () => {},
    exit: (code: number): never => {
      throw new Error(`exit ${code}`)
    },
  }
  const exitCode = await davit(args, io)
  return { exitCode, ...written }
}
