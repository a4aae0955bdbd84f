import { ExecutorError } from '../errors.ts'

export interface ExecPluginErrorFields {
  readonly command: string
  readonly reason: string
  /** The end of what the plugin wrote for people. Its standard output is never kept: it holds the secret. */
  readonly stderr: string
  readonly cause?: unknown
}

/** The command that a kubeconfig names for its credentials did not give any. */
export class ExecPluginError extends ExecutorError<'KUBE_EXEC_PLUGIN'> {
  override readonly name = 'ExecPluginError'
  readonly command: string
  readonly stderr: string

  constructor({ command, reason, stderr, cause }: ExecPluginErrorFields) {
    const said = stderr.trim()
    const message = `the credential plugin ${command} failed: ${reason}${said ? `; it said: ${said}` : ''}`
    super('KUBE_EXEC_PLUGIN', message, cause === undefined ? undefined : { cause })
    this.command = command
    this.stderr = stderr
  }
}
