import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { ClientCertificate, CredentialSource, Credentials, PresentedCredentials } from './credentials.ts'
import { type ExecPlugin, runExecPlugin } from './exec-plugin.ts'
import { ExecPluginError } from './exec-plugin-error.ts'
import { createSecureContext } from './secure-context.ts'

const DEADLINE_MS = 60_000
/** New credentials are fetched so long before the old ones end, or after four fifths of a shorter life. */
const EARLY_MS = 60_000
/** After a failure the plugin is left alone for so long, as long as there are credentials that still hold. */
const RETRY_MS = 10_000

/** Credentials of an exec plugin: one run at a time, shared by all who wait for it. */
export function execCredentials(plugin: ExecPlugin): CredentialSource {
  return { open: (deps) => new ExecCredentials(plugin, deps) }
}

interface Held {
  readonly presented: PresentedCredentials
  /** From then on new ones are fetched beside the requests. */
  readonly renewAt: number
  /** From then on requests wait for new ones. */
  readonly expiresAt: number
}

class ExecCredentials implements Credentials {
  readonly #plugin: ExecPlugin
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #closing = new AbortController()
  #held: Held | undefined
  #running: Promise<PresentedCredentials> | undefined
  #lastCertificate: ClientCertificate | undefined
  #failedAt = Number.NEGATIVE_INFINITY

  constructor(plugin: ExecPlugin, { clock, logger }: { clock: Clock; logger: Logger }) {
    this.#plugin = plugin
    this.#clock = clock
    this.#logger = logger
  }

  present(): PresentedCredentials | Promise<PresentedCredentials> {
    const now = this.#clock.now()
    const held = this.#held
    if (!held || now >= held.expiresAt) return this.#fetch()
    if (now >= held.renewAt && now - this.#failedAt >= RETRY_MS) {
      // In the background: the old ones still hold.
      this.#fetch().catch((error: unknown) => {
        this.#failedAt = this.#clock.now()
        this.#logger.warn('credentials could not be renewed, the old ones still hold', { error })
      })
    }
    return held.presented
  }

  refused(presented: PresentedCredentials): boolean {
    // Several requests may hear 401 for the same credentials: only the first throws them away.
    if (this.#held && holds(presented, this.#held.presented)) this.#held = undefined
    return true
  }

  close(): void {
    this.#closing.abort()
  }

  #fetch(): Promise<PresentedCredentials> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #run(): Promise<PresentedCredentials> {
    const startedAt = this.#clock.now()
    const credential = await runExecPlugin(this.#plugin, {
      clock: this.#clock,
      deadlineMs: DEADLINE_MS,
      signal: this.#closing.signal,
    })
    const { token, clientCertificateData, clientKeyData, expiresAt = Number.POSITIVE_INFINITY } = credential
    const presented: PresentedCredentials = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(clientCertificateData === undefined || clientKeyData === undefined
        ? {}
        : { clientCertificate: this.#certificate(clientCertificateData, clientKeyData) }),
    }
    const life = expiresAt - this.#clock.now()
    this.#held = { presented, expiresAt, renewAt: expiresAt - Math.min(EARLY_MS, life / 5) }
    this.#logger.debug('credentials fetched', { delayMs: this.#clock.now() - startedAt })
    return presented
  }

  /** The same object for the same pair, so that connections live on. */
  #certificate(certificate: string, key: string): ClientCertificate {
    const held = this.#lastCertificate
    if (held?.certificate === certificate && held.key === key) return held
    try {
      createSecureContext({ cert: certificate, key })
    } catch (cause) {
      const reason = 'its certificate and key cannot be used together'
      throw new ExecPluginError({ command: this.#plugin.command, reason, stderr: '', cause })
    }
    this.#lastCertificate = { certificate, key }
    return this.#lastCertificate
  }
}

/** Whether what was presented holds what this plugin gave; another source may have added to it. */
function holds(presented: PresentedCredentials, given: PresentedCredentials): boolean {
  return (
    (given.authorization ?? presented.authorization) === presented.authorization &&
    (given.clientCertificate ?? presented.clientCertificate) === presented.clientCertificate
  )
}
