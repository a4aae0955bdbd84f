import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { builtKubectl } from '../kubernetes/kubectl.ts'
import type { StartedBackend } from './backend.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A kubectl that has ended. */
export interface KubectlResult {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** kubectl on one cluster. */
export interface Kubectl extends AsyncDisposable {
  /**
   * Runs a command to its end, with this text on its standard input and these variables beside PATH and HOME.
   *
   * @throws Error with its output when it does not end within 20 s
   */
  run(args: readonly string[], input?: string, env?: Readonly<Record<string, string>>): Promise<KubectlResult>
  /** As `run`, but a failure is an error; resolves to standard output. */
  must(args: readonly string[], input?: string, env?: Readonly<Record<string, string>>): Promise<string>
  /** `kubectl create` of one object; resolves to what it prints. */
  create(object: object): Promise<string>
  /** The lines that a command prints, as they come. It is ended when nobody wants more. */
  lines(args: readonly string[]): AsyncGenerator<string, void, void>
}

/** The built kubectl with a cache and a home folder of its own, in this namespace unless a command names another. */
export async function kubectlOn({ kubeconfigPath }: StartedBackend, namespace: string): Promise<Kubectl> {
  const home = await temporaryFolder()
  const [program = '', ...begin] = [
    ...(await builtKubectl()),
    `--kubeconfig=${kubeconfigPath}`,
    `--cache-dir=${home.path}`,
    `--namespace=${namespace}`,
  ]
  const options = { env: { PATH: process.env.PATH, HOME: home.path }, timeout: 20_000 } as const

  const run: Kubectl['run'] = async (args, input = '', env = {}) => {
    const child = spawn(program, [...begin, ...args], { ...options, env: { ...options.env, ...env } })
    child.stdin.end(input)
    const [stdout, stderr, exitCode] = await Promise.all([
      child.stdout.setEncoding('utf8').toArray(),
      child.stderr.setEncoding('utf8').toArray(),
      new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)),
    ])
    const result = { exitCode, stdout: stdout.join(''), stderr: stderr.join('') }
    if (exitCode === null) throw new Error(`kubectl ${args.join(' ')} did not end: ${JSON.stringify(result)}`)
    return result
  }
  const must: Kubectl['must'] = async (args, input, env) => {
    const { exitCode, stdout, stderr } = await run(args, input, env)
    if (exitCode !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${exitCode}: ${stderr}`)
    return stdout
  }
  return {
    run,
    must,
    create: (object) => must(['create', '-f', '-'], JSON.stringify(object)),
    async *lines(args) {
      const child = spawn(program, [...begin, ...args], { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
      try {
        yield* createInterface({ input: child.stdout })
      } finally {
        child.kill('SIGKILL')
      }
    },
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}
