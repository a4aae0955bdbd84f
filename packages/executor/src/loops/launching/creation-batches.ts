import type { Clock } from '../../clock.ts'
import type { Metrics } from '../../metrics.ts'

interface Batch {
  startedAt: number
  size: number
  open: number
  isClosed: boolean
}

/**
 * Counts launches by the `sync` that let them begin, under Airflow's names: how many a loop took from the queue, and how
 * long until the last of them was answered. A loop that takes none sends nothing.
 */
export class CreationBatches {
  readonly #metrics: Metrics
  readonly #clock: Clock
  #current: Batch = emptyBatch()

  constructor({ metrics, clock }: { readonly metrics: Metrics; readonly clock: Clock }) {
    this.#metrics = metrics
    this.#clock = clock
  }

  /** A new loop of the scheduler. */
  next(): void {
    const batch = this.#current
    if (batch.size === 0) return
    this.#current = emptyBatch()
    batch.isClosed = true
    this.#metrics.gauge('kubernetes_executor.pod_creation_batch_size', batch.size)
    this.#endIfDone(batch)
  }

  /** A launch begins; call what this gives back when it was answered. */
  begin(): () => void {
    const batch = this.#current
    if (batch.size === 0) batch.startedAt = this.#clock.now()
    batch.size += 1
    batch.open += 1
    return () => {
      batch.open -= 1
      this.#endIfDone(batch)
    }
  }

  #endIfDone({ isClosed, open, startedAt }: Batch): void {
    if (!isClosed || open > 0) return
    this.#metrics.timing('kubernetes_executor.pod_creation_batch_duration', this.#clock.now() - startedAt)
  }
}

function emptyBatch(): Batch {
  return { startedAt: 0, size: 0, open: 0, isClosed: false }
}
