import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('cluster-program.ts', import.meta.url))

/** A dev cluster in a process of its own, so that its clients do not take the time it needs. */
export class SpawnedCluster implements AsyncDisposable {
  readonly kubeconfig: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, kubeconfig: string) {
    this.#child = child
    this.kubeconfig = kubeconfig
  }

  static async start(): Promise<SpawnedCluster> {
    const child = fork(program, { execArgv: ['--conditions=davit-source', '--disable-warning=ExperimentalWarning'] })
    const [{ kubeconfig }] = await once(child, 'message')
    return new SpawnedCluster(child, kubeconfig)
  }

  /** The most memory that the process has had so far. */
  async peakBytes(): Promise<number> {
    this.#child.send('memory')
    const [{ peakBytes }] = await once(this.#child, 'message')
    return peakBytes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.disconnect()
    await once(this.#child, 'exit')
  }
}
