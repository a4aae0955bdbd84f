import { mkdir } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import type { BenchContext, Benchmark, Measures } from './benchmark.ts'
import type { Conditions } from './conditions.ts'
import type { BenchmarkResult } from './result.ts'

export interface RunOptions extends Pick<BenchContext, 'size' | 'profile' | 'signal'> {
  readonly runs: number
  readonly conditions: Conditions
  /** Everything that the runs leave behind. */
  readonly folder: string
  readonly onProgress: (line: string) => void
}

/** The contenders take turns, so that a slow minute of the machine falls on all of them. */
export async function runBenchmark(benchmark: Benchmark, options: RunOptions): Promise<BenchmarkResult> {
  const { size, signal, onProgress } = options
  const contenders = Object.entries(benchmark.contenders).filter(
    ([name]) => size === 'full' || !benchmark.onlyFull?.includes(name),
  )
  const names = contenders.map(([name]) => name)
  const measured = new Map(names.map((name) => [name, [] as (Measures | null)[]]))
  const failures = new Map(names.map((name) => [name, [] as string[]]))
  const startedAt = performance.now()
  const load = () => loadavg()[0] ?? 0
  const loadBefore = load()
  await benchmark.prepare?.({ signal })
  for (let run = 1; run <= Math.min(options.runs, benchmark.maxRuns ?? Number.POSITIVE_INFINITY); run += 1) {
    for (const [name, contender] of contenders) {
      signal.throwIfAborted()
      const folder = join(options.folder, `${benchmark.name} ${name} ${run}`.replace(/[^\w.-]+/g, '-'))
      await mkdir(folder, { recursive: true })
      const began = performance.now()
      let outcome: string
      try {
        const measures = await contender({ size, run, folder, profile: options.profile, signal })
        measured.get(name)?.push(measures)
        outcome = benchmark.metrics.map((metric) => figureText(metric, measures)).join(', ')
      } catch (error) {
        signal.throwIfAborted()
        measured.get(name)?.push(null)
        outcome = `failed: ${error instanceof Error ? error.message : String(error)}`
        failures.get(name)?.push(outcome.slice('failed: '.length))
      }
      const seconds = Math.round((performance.now() - began) / 1000)
      onProgress(`${benchmark.name} ${name}, run ${run} of ${options.runs}, ${seconds} s: ${outcome}`)
    }
  }
  return {
    name: benchmark.name,
    title: benchmark.title(size),
    conditions: options.conditions,
    metrics: benchmark.metrics,
    contenders: Object.fromEntries(
      names.map((name) => [name, { runs: measured.get(name) ?? [], failures: failures.get(name) ?? [] }]),
    ),
    load: [loadBefore, load()],
    seconds: (performance.now() - startedAt) / 1000,
  }
}

function figureText({ name, digits = 2 }: Benchmark['metrics'][number], measures: Measures): string {
  const value = measures[name]
  return `${value === undefined ? '–' : value.toFixed(digits)} ${name}`
}
