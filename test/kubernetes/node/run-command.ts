import { spawn } from 'node:child_process'
import { systemPath } from '../system-path.ts'

/**
 * Runs a system program to its end, with this text on its standard input; resolves to its standard output.
 *
 * @throws Error with the command and what it said
 */
export async function runCommand(command: readonly string[], input = ''): Promise<string> {
  const [file = '', ...args] = command
  const child = spawn(file, args, { env: { PATH: systemPath, LC_ALL: 'C' } })
  // A program that ends without reading: its exit code tells.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [stdout, stderr, exitCode] = await Promise.all([
    child.stdout.setEncoding('utf8').toArray(),
    child.stderr.setEncoding('utf8').toArray(),
    new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)),
  ])
  if (exitCode !== 0)
    throw new Error(`${command.join(' ')} failed: ${stderr.join('').trim() || `exit code ${exitCode}`}`)
  return stdout.join('')
}
