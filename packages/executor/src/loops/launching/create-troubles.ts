import type { Troubles } from '../troubles.ts'
import type { Refusal } from './refusal.ts'

/**
 * Refusals that somebody has to do something about: credentials, permissions, a namespace, the way to the server. Used-up
 * quotas and busy servers are none: launches wait for their turn there.
 */
const CAUSES: ReadonlySet<string> = new Set([
  'unauthorized',
  'rbac',
  'namespace-missing',
  'namespace-terminating',
  'connection-dns',
  'connection-refused',
  'connection-unreachable',
  'connection-tls',
  'connection-credentials',
])

/** Makes refusals of creates known as troubles, under the words of those of watches. */
export class CreateTroubles {
  readonly #troubles: Troubles
  readonly #sources = new Set<string>()

  constructor(troubles: Troubles) {
    this.#troubles = troubles
  }

  /** A create was refused. True: everybody knows by now. */
  refused(namespace: string, { cause, scope, message }: Refusal, nextTryAt: number): boolean {
    if (!CAUSES.has(cause)) return false
    const source = scope === 'namespace' ? `creates in ${namespace}` : 'creates'
    this.#sources.add(source)
    this.#troubles.report(source, cause.replace('connection-', ''), { message, nextTryAt })
    return true
  }

  /** A create was answered with its pod. */
  passed(namespace: string): void {
    for (const source of ['creates', `creates in ${namespace}`]) this.#end(source)
  }

  /** How many launches wait or are under way. With none it does not matter whether the trouble lasts. */
  remaining(count: number): void {
    if (count > 0) return
    for (const source of this.#sources) this.#end(source)
  }

  #end(source: string): void {
    if (this.#sources.delete(source)) this.#troubles.over(source)
  }
}
