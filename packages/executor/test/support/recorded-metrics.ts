import { type MetricKind, type MetricName, metricTable } from '../../src/metric-table.ts'
import type { Metrics, MetricTags } from '../../src/metrics.ts'

export interface SentMetric {
  readonly name: MetricName
  readonly value: number
  readonly tags: MetricTags
}

/** Keeps what was sent, and takes nothing that the table of metrics does not have just so. */
export class RecordedMetrics implements Metrics {
  readonly sent: SentMetric[] = []

  gauge(name: MetricName, value: number, tags?: MetricTags): void {
    this.#take('gauge', name, value, tags)
  }

  timing(name: MetricName, durationMs: number, tags?: MetricTags): void {
    this.#take('timer', name, durationMs, tags)
  }

  increment(name: MetricName, tags?: MetricTags): void {
    this.#take('counter', name, 1, tags)
  }

  /** How often a counter was counted up, or a timer sent, with at least these tags. */
  count(name: MetricName, tags: MetricTags = {}): number {
    return this.of(name, tags).length
  }

  /** The latest value with at least these tags. */
  last(name: MetricName, tags: MetricTags = {}): number | undefined {
    return this.of(name, tags).at(-1)?.value
  }

  of(name: MetricName, tags: MetricTags = {}): SentMetric[] {
    return this.sent.filter(
      (each) => each.name === name && Object.entries(tags).every(([tag, value]) => each.tags[tag] === value),
    )
  }

  #take(kind: MetricKind, name: MetricName, value: number, tags: MetricTags = {}): void {
    const row = metricTable[name]
    const complaint = `${kind} ${name} {${Object.keys(tags)}}`
    if (row?.kind !== kind) throw new Error(`${complaint}: the table has ${row?.kind}`)
    if (row.tags.toSorted().join() !== Object.keys(tags).toSorted().join()) {
      throw new Error(`${complaint}: the table has the tags ${row.tags}`)
    }
    if (!Number.isFinite(value)) throw new Error(`${complaint}: ${value}`)
    this.sent.push({ name, value, tags })
  }
}
