import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from '../clock.ts'
import { ExecPluginError } from './exec-plugin-error.ts'

/** What a kubeconfig's `user.exec` says. */
export interface ExecPlugin {
  readonly apiVersion: 'client.authentication.k8s.io/v1' | 'client.authentication.k8s.io/v1beta1'
  /** A name to look up in PATH, or an absolute file. */
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment of the plugin, without KUBERNETES_EXEC_INFO. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Present when the kubeconfig says `provideClusterInfo`. */
  readonly cluster?: object
  /** How to get the command, from the kubeconfig's author. */
  readonly installHint?: string
}

/** What a plugin printed. */
export interface ExecCredential {
  readonly token?: string
  readonly clientCertificateData?: string
  readonly clientKeyData?: string
  /** Milliseconds since 1970; absent: until the server answers 401. */
  readonly expiresAt?: number
}

export interface RunExecPluginOptions {
  readonly clock: Clock
  /** A cloud's sign-in may be slow; a person is never waited for. */
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

const OUTPUT_LIMIT = 1024 * 1024
const STDERR_KEPT = 2_000

/**
 * Runs the plugin and reads the credential that it prints. It is spawned by its argument list, never through a shell, in
 * a process group of its own, so that a wrapper script's children go with it. Rejects with {@link ExecPluginError}.
 */
export async function runExecPlugin(plugin: ExecPlugin, options: RunExecPluginOptions): Promise<ExecCredential> {
  return readCredential(plugin, await run(plugin, options))
}

function run(plugin: ExecPlugin, { clock, deadlineMs, signal }: RunExecPluginOptions): Promise<string> {
  const info = {
    kind: 'ExecCredential',
    apiVersion: plugin.apiVersion,
    spec: { interactive: false, ...cluster(plugin) },
  }
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown) => {
      reject(new ExecPluginError({ command: plugin.command, reason, stderr: stderr(), ...(cause ? { cause } : {}) }))
    }
    const errorOutput: string[] = []
    const stderr = () => errorOutput.join('').slice(-STDERR_KEPT)
    const output: Buffer[] = []
    let outputSize = 0
    if (signal.aborted) {
      fail('the client is closed')
      return
    }
    const child = spawn(plugin.command, plugin.args, {
      env: { ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    const end = (reason: string) => {
      killGroup(child)
      fail(reason)
    }
    const onAbort = () => end('the client is closed')
    signal.addEventListener('abort', onAbort, { once: true })
    const timer = clock.setTimeout(() => end(`it did not end within ${deadlineMs / 1000} s`), deadlineMs)
    const settle = () => {
      timer.cancel()
      signal.removeEventListener('abort', onAbort)
    }
    child.stdout.on('data', (chunk: Buffer) => {
      outputSize += chunk.length
      if (outputSize > OUTPUT_LIMIT) end(`it printed more than ${OUTPUT_LIMIT} bytes`)
      else output.push(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errorOutput.push(chunk)
      if (errorOutput.length > 100) errorOutput.splice(0, errorOutput.length, stderr())
    })
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle()
      const hint = plugin.installHint ? `: ${plugin.installHint}` : ''
      fail(error.code === 'ENOENT' ? `the command is not there${hint}` : error.message, error)
    })
    child.once('close', (code, endSignal) => {
      settle()
      if (code === 0) resolve(Buffer.concat(output).toString('utf8'))
      else fail(code === null ? `it was ended by ${endSignal}` : `it ended with exit code ${code}`)
    })
  })
}

function cluster(plugin: ExecPlugin): { cluster?: object } {
  return plugin.cluster ? { cluster: plugin.cluster } : {}
}

/** The whole group, where there are groups; the plugin alone elsewhere. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended in the meantime.
  }
}

/** Never quotes the output: it holds the secret. */
function readCredential(plugin: ExecPlugin, output: string): ExecCredential {
  const wrong = (reason: string) => new ExecPluginError({ command: plugin.command, reason, stderr: '' })
  let printed: { kind?: unknown; apiVersion?: unknown; status?: Record<string, unknown> | null }
  try {
    printed = JSON.parse(output)
  } catch {
    throw wrong('it printed no JSON')
  }
  if (printed?.kind !== 'ExecCredential') throw wrong('it printed no ExecCredential')
  if (printed.apiVersion !== plugin.apiVersion) {
    throw wrong(`it speaks ${String(printed.apiVersion)}, but the kubeconfig asks for ${plugin.apiVersion}`)
  }
  const status = printed.status ?? {}
  const token = textField(status.token)
  const clientCertificateData = textField(status.clientCertificateData)
  const clientKeyData = textField(status.clientKeyData)
  if ((clientCertificateData === undefined) !== (clientKeyData === undefined)) {
    throw wrong('it gave only one of clientCertificateData and clientKeyData')
  }
  if (token === undefined && clientCertificateData === undefined)
    throw wrong('it gave neither a token nor a certificate')
  const expiry = textField(status.expirationTimestamp)
  const expiresAt = expiry === undefined ? undefined : Date.parse(expiry)
  if (Number.isNaN(expiresAt)) throw wrong(`its expirationTimestamp is no date: ${expiry}`)
  return {
    ...(token === undefined ? {} : { token }),
    ...(clientCertificateData === undefined ? {} : { clientCertificateData }),
    ...(clientKeyData === undefined ? {} : { clientKeyData }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
}

function textField(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
