import type { Clock } from '../../clock.ts'
import { CreationGate, type Verdict } from './creation-gate.ts'
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

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
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

  /** @param entered the gate that had let the create through; what was sent before a gate closed says nothing of it */
  #judge(place: string, entered: CreationGate | undefined, verdict: Verdict): void {
    const held = this.#gates.get(place)
    if (verdict === 'unclear' || held !== entered) return
    if (verdict === 'passed') {
      if (held?.isDone) this.#gates.delete(place)
      return
    }
    if (held?.refusal.cause !== verdict.cause) {
      this.#gates.set(place, new CreationGate(verdict, this.#clock, this.#random))
    }
  }
}
