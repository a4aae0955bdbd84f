import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'

/** PEM texts. One object stands for one pair: a new pair is a new object, and needs new connections. */
export interface ClientCertificate {
  readonly certificate: string
  readonly key: string
}

/** What one request shows of who we are. */
export interface PresentedCredentials {
  /** The header's whole value, `Bearer …` or `Basic …`. */
  readonly authorization?: string
  readonly clientCertificate?: ClientCertificate
}

/** Credentials in use: they read themselves again when they grow old. Safe to share between any number of requests. */
export interface Credentials {
  /** What to show now, at once where it is at hand. Rejects with the reason why there is nothing to show. */
  present(): PresentedCredentials | Promise<PresentedCredentials>
  /** The server answered 401 to these. True: the next {@link present} reads afresh, so that it is worth asking again. */
  refused(presented: PresentedCredentials): boolean
  /** Ends what is under way: children, timers. */
  close(): void
}

/** Where credentials come from. Each client opens them for itself. */
export interface CredentialSource {
  open(deps: { readonly clock: Clock; readonly logger: Logger }): Credentials
}

/** Credentials that stand in the kubeconfig itself, or none at all. */
export function fixedCredentials(presented: PresentedCredentials): CredentialSource {
  // In a closure, so that printing a configuration does not print its secrets.
  return { open: () => ({ present: () => presented, refused: () => false, close() {} }) }
}

/** Shows all of them at once, a client certificate and a token for instance; the first to give an authorization wins. */
export function combinedCredentials(sources: readonly CredentialSource[]): CredentialSource {
  const [only] = sources
  if (only && sources.length === 1) return only
  return {
    open(deps) {
      const parts = sources.map((source) => source.open(deps))
      return {
        async present() {
          const presented = await Promise.all(parts.map((part) => part.present()))
          return Object.assign({}, ...presented.reverse())
        },
        refused: (presented) => parts.map((part) => part.refused(presented)).includes(true),
        close() {
          for (const part of parts) part.close()
        },
      }
    },
  }
}
