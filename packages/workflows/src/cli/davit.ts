import { Command, CommanderError } from 'commander'
import { version } from '../version.ts'
import { devclusterCommand } from './commands/devcluster.ts'
import { doctorCommand } from './commands/doctor.ts'
import { podsCommand } from './commands/pods.ts'
import { runCommand } from './commands/run.ts'
import { tasksCommand } from './commands/tasks.ts'
import type { Io } from './io.ts'
import { errorAsJson, errorAsText, exitCodeOf, isCodedError } from './report-error.ts'
import { UsageError } from './usage-error.ts'

/** How a command ended: its exit code. */
export type Ended = (code: number) => void

/**
 * The command line. Resolves to the exit code: 0 done, 1 a task or run failed, 2 the command, the file or an option is
 * wrong and nothing was started.
 * @param argv the arguments after `davit`
 */
export async function davit(argv: readonly string[], io: Io): Promise<number> {
  let exitCode = 0
  const ended: Ended = (code) => {
    exitCode = code
  }
  const json = argv.includes('--json')
  const program = new Command('davit')
    .description('Workflows on Kubernetes: every task in its own pod.')
    .version(version)
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      // With --json the error is the object on standard output.
      writeErr: (text) => void (json || io.stderr.write(text)),
    })
  for (const command of [
    runCommand(io, ended),
    podsCommand(io, ended),
    tasksCommand(io, ended),
    devclusterCommand(io, ended),
    doctorCommand(io, ended),
  ]) {
    program.addCommand(inherit(command, program))
  }

  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0
      // Commander has written the message itself; a bare `davit` shows the help.
      if (json) io.stdout.write(`${JSON.stringify(errorAsJson(usage(error)))}\n`)
      return 2
    }
    if (json) io.stdout.write(`${JSON.stringify(errorAsJson(error))}\n`)
    else io.stderr.write(`${errorAsText(error)}\n`)
    if (json && !isCodedError(error)) io.stderr.write(`${errorAsText(error)}\n`)
    return exitCodeOf(error)
  }
}

function usage({ message }: CommanderError): UsageError {
  return new UsageError('USAGE', message.replace(/^error: /, ''))
}

/** Commander copies output and exit settings only to commands that it made itself. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent)
  for (const child of command.commands) inherit(child, command)
  return command
}
