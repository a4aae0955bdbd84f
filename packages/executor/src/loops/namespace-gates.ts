import type { Clock } from '../clock.ts'
import { Backoff } from '../watch/backoff.ts'
import type { Refusal } from './refusal.ts'

interface Gate {
  readonly refusal: Refusal
  readonly backoff: Backoff
  opensAt: number
  /** Creates under way that ask whether the cause is over. */
  probes: number
  /** How many such creates may be under way; doubles with each success. */
  allowed: number
}

/**
 * Namespaces that refuse creates for a cause of their own, such as a used-up quota. A closed one lets single creates
 * through after its backoff, to see whether the cause is over, and opens step by step as they succeed.
 */
export class NamespaceGates {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #gates = new Map<string, Gate>()

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  isOpen(namespace: string): boolean {
    const gate = this.#gates.get(namespace)
    return !gate || (gate.opensAt <= this.#clock.now() && gate.probes < gate.allowed)
  }

  /** Why the namespace takes nothing at present, and when it is asked again. */
  reason(namespace: string): { readonly refusal: Refusal; readonly opensAt: number } | null {
    return this.#gates.get(namespace) ?? null
  }

  /** When the first of these namespaces lets a create through; null when none waits for a time. */
  nextOpensAt(namespaces: Iterable<string>): number | null {
    let next: number | null = null
    for (const namespace of namespaces) {
      const gate = this.#gates.get(namespace)
      if (gate && gate.opensAt > this.#clock.now() && (next === null || gate.opensAt < next)) next = gate.opensAt
    }
    return next
  }

  /** A create into the namespace is sent. */
  sent(namespace: string): void {
    const gate = this.#gates.get(namespace)
    if (gate) gate.probes += 1
  }

  /** A create into the namespace was answered; `refusal` when the namespace refused it. */
  answered(namespace: string, refusal: Refusal | null): void {
    const gate = this.#gates.get(namespace)
    if (gate) gate.probes = Math.max(0, gate.probes - 1)
    if (!refusal) this.#widen(namespace, gate)
    else this.#close(namespace, gate, refusal)
  }

  /** Something in the namespace ended: room there may be. */
  freed(namespace: string): void {
    const gate = this.#gates.get(namespace)
    if (gate?.refusal.cause !== 'quota') return
    gate.opensAt = this.#clock.now()
    gate.allowed = Math.max(1, gate.allowed)
    gate.backoff.reset()
  }

  #widen(namespace: string, gate: Gate | undefined): void {
    if (!gate) return
    gate.allowed *= 2
    gate.backoff.reset()
    if (gate.allowed > 64) this.#gates.delete(namespace)
  }

  #close(namespace: string, held: Gate | undefined, refusal: Refusal): void {
    const isSame = held?.refusal.cause === refusal.cause
    const backoff = isSame ? held.backoff : new Backoff({ ...refusal.backoff, random: this.#random })
    // Answers to creates that were sent together are one refusal, not many.
    if (isSame && held.opensAt > this.#clock.now()) return
    const opensAt = this.#clock.now() + backoff.next(refusal.retryAfterMs)
    this.#gates.set(namespace, { refusal, backoff, opensAt, probes: held?.probes ?? 0, allowed: 1 })
  }
}
