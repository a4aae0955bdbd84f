import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What the guardian is told first; every later line is a {@link GuardianMessage}. */
export interface GuardianCharge {
  /** Stands in the environment of every process of a pod. */
  readonly marker: string
  /** Removed at the end, with everything in it. */
  readonly folder: string
}

/** `group` and `gone` follow process groups; `dismiss` says that there is nothing left to do. */
export type GuardianMessage = { readonly group: number } | { readonly gone: number } | { readonly dismiss: true }

/**
 * Watches over the processes of pods from a process of its own: when this one dies by any means, it kills every process of
 * every pod and removes the folder. It knows by the pipe between them, which the system closes.
 */
export class Guardian {
  readonly #charge: GuardianCharge
  #child: ChildProcess | undefined

  constructor(charge: GuardianCharge) {
    this.#charge = charge
  }

  start(): void {
    // The sources run as they are in development, the build in an installation.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const program = fileURLToPath(new URL(`./guardian-process.${extension}`, import.meta.url))
    // A session of its own: neither the terminal's Ctrl-C nor a kill of the dev cluster's group reaches it.
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
      cwd: '/',
      detached: true,
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    this.#child = child
    // It may be killed; then there is nobody to tell.
    child.stdin?.on('error', () => {})
    child.on('error', () => {})
    child.unref()
    ;(child.stdin as unknown as { unref?: () => void } | null)?.unref?.()
    child.stdin?.write(`${JSON.stringify(this.#charge)}\n`)
  }

  follow(group: number, isAlive: boolean): void {
    this.#tell(isAlive ? { group } : { gone: group })
  }

  /** Ends the guardian without any action; resolves when it is gone. */
  async dismiss(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.ref()
    const message: GuardianMessage = { dismiss: true }
    child.stdin?.end(`${JSON.stringify(message)}\n`)
    await ended
  }

  #tell(message: GuardianMessage): void {
    this.#child?.stdin?.write(`${JSON.stringify(message)}\n`)
  }
}
