import type { Clock } from '../../clock.ts'
import { CreationGate, type Verdict } from './creation-gate.ts'
import type { Quotas } from './quota-room.ts'
import type { Refusal } from './refusal.ts'

/** The gate of all creates: closed while the server, or the way to it, or our credentials, refuse every one. */
export const EVERYWHERE = ''

/**
 * Gates that refusals close: that of a namespace for a cause of its own, such as a used-up quota, and that of all creates
 * ({@link EVERYWHERE}) for causes that concern every one.
 */
export class CreationGates {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #gates = new Map<string, CreationGate>()

  readonly #quotasOf: (namespace: string) => Quotas | null

  /** @param quotasOf what the quotas of a namespace say of themselves, as far as that is known already */
  constructor(clock: Clock, random: () => number, quotasOf: (namespace: string) => Quotas | null = () => null) {
    this.#clock = clock
    this.#random = random
    this.#quotasOf = quotasOf
  }

  isOpen(place: string): boolean {
    return this.#gates.get(place)?.letsThrough ?? true
  }

  /** Why nothing goes through at present, and when it is asked again; null when everything does. */
  reason(place: string): { readonly refusal: Refusal; readonly since: number; readonly opensAt: number } | null {
    return this.#gates.get(place) ?? null
  }

  /** When the first of these places lets a create through; null when none waits for a time. */
  nextOpensAt(places: Iterable<string>, now: number): number | null {
    let next: number | null = null
    for (const place of places) {
      const at = this.#gates.get(place)?.nextOpensAt(now) ?? null
      if (at !== null && (next === null || at < next)) next = at
    }
    return next
  }

  /** A create is sent there. Returns what is to be told of its answer, once. */
  enter(place: string): (verdict: Verdict) => void {
    const gate = this.#gates.get(place)
    const pass = gate?.enter()
    let hasLeft = false
    return (verdict) => {
      if (hasLeft) return
      hasLeft = true
      if (gate && pass) gate.leave(pass, verdict)
      this.#judge(place, gate, verdict)
    }
  }

  /** Something in the namespace ended: room there may be. */
  freed(namespace: string): void {
    this.#gates.get(namespace)?.freed()
  }

  /** Namespaces whose quota was used up, as far as we know. */
  outOfQuota(): ReadonlySet<string> {
    const found = new Set<string>()
    for (const [place, { refusal }] of this.#gates) if (refusal.cause === 'quota') found.add(place)
    return found
  }

  /** What the quotas of the namespace say of themselves; null: that is not known any more. */
  told(namespace: string, quotas: Quotas | null): void {
    this.#gates.get(namespace)?.told(quotas)
  }

  /** @param entered the gate that had let the create through; what was sent before a gate closed says nothing of it */
  #judge(place: string, entered: CreationGate | undefined, verdict: Verdict): void {
    const held = this.#gates.get(place)
    if (verdict === 'unclear' || held !== entered) return
    if (verdict === 'passed') {
      if (held?.isDone) this.#gates.delete(place)
      return
    }
    if (held?.refusal.cause !== verdict.cause) {
      const gate = new CreationGate(verdict, this.#clock, this.#random)
      gate.told(this.#quotasOf(place))
      this.#gates.set(place, gate)
    }
  }
}
