import { type ChildProcess, spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'

/** The Kubernetes version that the program is, and says it is. `program/go.mod` pins the sources of the same. */
export const kubernetesVersion = 'v1.36.3'

const [major, minor] = kubernetesVersion.slice(1).split('.')
const stamp = 'k8s.io/component-base/version'
const linkerFlags = [
  '-s -w',
  `-X ${stamp}.gitVersion=${kubernetesVersion} -X ${stamp}.gitMajor=${major} -X ${stamp}.gitMinor=${minor}`,
].join(' ')

// Without a repository's state in it (-buildvcs=false) and without a C compiler, the same sources build to the
// same program everywhere.
const goFlags = ['-trimpath', '-mod=readonly', '-buildvcs=false', `-ldflags=${linkerFlags}`]
const goEnvironment = { CGO_ENABLED: '0', GOTOOLCHAIN: 'local' }

/** Everything beside the sources that decides what the program is. */
export const buildInputs: readonly string[] = [
  ...goFlags,
  ...Object.entries(goEnvironment).map(([name, value]) => `${name}=${value}`),
  `${process.platform}/${process.arch}`,
]

export interface BuildOptions {
  /** The folder of the Go sources. */
  readonly folder: string
  /** The file that is written. */
  readonly output: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Builds the program with the machine's Go. Takes minutes and all cores, at low priority.
 *
 * @throws Error with the end of go's output
 */
export async function buildProgram({ folder, output, signal }: BuildOptions): Promise<void> {
  signal?.throwIfAborted()
  const go = spawn('go', ['build', ...goFlags, '-o', output, '.'], {
    cwd: folder,
    env: { ...process.env, ...goEnvironment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (go.pid !== undefined) setPriority(go.pid, constants.priority.PRIORITY_BELOW_NORMAL)
  // SIGINT, not SIGKILL: go then ends its compilers too.
  const interrupt = () => go.kill('SIGINT')
  signal?.addEventListener('abort', interrupt)
  try {
    const { code, text } = await ending(go)
    signal?.throwIfAborted()
    if (code !== 0) throw new Error(`the test Kubernetes does not build (go build: exit code ${code}):\n${text}`)
  } finally {
    signal?.removeEventListener('abort', interrupt)
  }
}

function ending(child: ChildProcess): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    let text = ''
    const keepEnd = (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-4_000)
    }
    child.stdout?.on('data', keepEnd)
    child.stderr?.on('data', keepEnd)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, text }))
  })
}
