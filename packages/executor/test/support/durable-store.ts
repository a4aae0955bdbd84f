import { InMemoryLaunchStore } from '../../src/loops/in-memory-launch-store.ts'
import type {
  CommittedOutcome,
  Launch,
  LaunchOutcome,
  LaunchRequest,
  RecordedLaunch,
} from '../../src/loops/launch-store.ts'

/** A store that outlives its executor, as far as tests go: it can be handed to the next one, and says what state it holds. */
export class DurableStore extends InMemoryLaunchStore {
  override readonly isVolatile = false
  readonly requests: LaunchRequest[] = []
  readonly outcomes: LaunchOutcome[] = []
  /** Given to the main container of every launch. */
  env: Record<string, string> = {}
  /** What the store holds after a commit; null: what the outcome says. */
  heldState: string | null = null
  /** When set, launches are not recorded, for this reason. */
  refusal: string | null = null
  /** How many calls fail. */
  failures = 0
  readonly revoked: Launch[] = []
  /** Revocations wait for this. */
  revokeGate: Promise<void> | null = null
  /** Another executor answers for every launch: nothing can be revoked. */
  takenOver = false

  override async recordLaunch(request: LaunchRequest): Promise<RecordedLaunch> {
    this.#fail()
    this.requests.push(request)
    if (this.refusal !== null) return { recorded: false, reason: this.refusal }
    const answer = await super.recordLaunch(request)
    return answer.recorded ? { recorded: true, env: this.env } : answer
  }

  override async revokeLaunch(launch: Launch): Promise<boolean> {
    this.#fail()
    this.revoked.push(launch)
    if (this.revokeGate) await this.revokeGate
    return !this.takenOver && (await super.revokeLaunch(launch))
  }

  override async commitOutcomes(batch: readonly LaunchOutcome[]): Promise<readonly CommittedOutcome[]> {
    this.#fail()
    const results = await super.commitOutcomes(batch)
    return results.map((result, index) => {
      const outcome = batch[index]
      if (!result.accepted || !outcome) return result
      this.outcomes.push(outcome)
      return { accepted: true, state: this.heldState ?? outcome.state }
    })
  }

  #fail(): void {
    if (this.failures-- > 0) throw new Error('database is locked')
  }
}
