import { ContainerStartError } from '../container-runtime.ts'

/** What keeps a command from being executed. */
export type CommandProblem = 'not-found' | 'missing' | 'directory' | 'permission' | 'working-directory'

/**
 * The error of a container whose command cannot be executed, in the words of containerd over runc. `problem` is a
 * {@link CommandProblem}, or the system's code when it refuses.
 */
export function commandStartError(problem: string, command: string, workingDirectory: string): ContainerStartError {
  return new ContainerStartError(
    'run',
    `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${detail(problem, command, workingDirectory)}: unknown`,
  )
}

function detail(problem: string, command: string, workingDirectory: string): string {
  const subject = `exec: ${JSON.stringify(command)}`
  switch (problem) {
    case 'not-found':
      return `${subject}: executable file not found in $PATH`
    case 'missing':
      return `${subject}: stat ${command}: no such file or directory`
    case 'directory':
      return `${subject}: is a directory`
    case 'permission':
      return `${subject}: permission denied`
    case 'working-directory':
      return `mkdir ${workingDirectory}: not a directory`
    case 'E2BIG':
      return `${subject}: argument list too long`
    default:
      return `${subject}: ${problem}`
  }
}
