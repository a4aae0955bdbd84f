import type { MemoryWire } from '../support/memory-wire.ts'
import { JobLife, type JobTrouble, type JobWorld } from './job.ts'

/** What looks after processes waits so long. */
const RESTART_MS = 5_000

/** The place of one of the schedulers: when its process dies another one takes its place, under a new job id. */
export class JobSlot {
  readonly trouble: JobTrouble = { watch: null, store: () => null }
  readonly lives: JobLife[] = []
  readonly #world: JobWorld
  readonly #slot: 0 | 1
  readonly #nextId: () => string
  #wireTrouble: ((wire: MemoryWire) => void) | null = null
  #isClosed = false

  /** `nextId`: job ids that no other process has. */
  constructor(world: JobWorld, slot: 0 | 1, nextId: () => string) {
    this.#world = world
    this.#slot = slot
    this.#nextId = nextId
  }

  /** The process that lives, or the one that died last. */
  get life(): JobLife {
    const life = this.lives.at(-1)
    if (!life) throw new Error('the job was never started')
    return life
  }

  start(): void {
    const life = new JobLife(this.#world, { slot: this.#slot, jobId: this.#nextId(), trouble: this.trouble })
    this.lives.push(life)
    this.#wireTrouble?.(life.wire)
    // An executor that cannot read the store does not start; its process ends, and something starts the next one.
    life.start().catch(() => {
      this.killAfter(1, RESTART_MS, () => {})
      life.membrane.cross(() => {})
    })
  }

  /** What its wire suffers, now and in further lives; null: nothing any more. */
  setWire(trouble: ((wire: MemoryWire) => void) | null): void {
    this.#wireTrouble = trouble
    if (!this.life.membrane.isDead) trouble?.(this.life.wire)
  }

  /** Kills the process at a crossing to come, and starts the next one later. */
  killAfter(crossings: number, downMs: number, onKilled: () => void): void {
    const { membrane } = this.life
    if (membrane.isDead) return
    membrane.killAfter(crossings, () => {
      onKilled()
      this.#world.cluster.clock.setTimeout(() => {
        if (!this.#isClosed) this.start()
      }, downMs)
    })
  }

  /** No further lives. */
  close(): void {
    this.#isClosed = true
  }
}
