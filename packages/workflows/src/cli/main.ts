import process from 'node:process'
import { davit } from './davit.ts'
import type { Io } from './io.ts'
import { endWithParent, onInterrupt } from './parent-channel.ts'

const io: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  onInterrupt,
  exit: (code) => process.exit(code),
}

// A reader that went away (`davit … | head`) is no reason to die with a stack.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
endWithParent()
process.exitCode = await davit(process.argv.slice(2), io)
