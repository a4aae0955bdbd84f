import type { Conditions } from './conditions.ts'

/** What a contender measured in its runs, oldest first. A run that failed has no figures, but its reason. */
export interface ContenderResult {
  readonly runs: readonly (Readonly<Record<string, number>> | null)[]
  readonly failures: readonly string[]
}

export interface BenchmarkResult {
  readonly name: string
  readonly title: string
  readonly conditions: Conditions
  readonly metrics: readonly { readonly name: string; readonly digits?: number }[]
  readonly contenders: Readonly<Record<string, ContenderResult>>
  /** The machine's load over a minute when it began and when it ended. */
  readonly load: readonly [number, number]
  readonly seconds: number
}

/** Everything that one command measured, also when it was gone on with another time. */
export interface BenchResult {
  readonly command: string
  readonly runs: number
  readonly size: 'full' | 'quick'
  readonly benchmarks: readonly BenchmarkResult[]
}

/** Davit's figure divided by another's, run by run: those of one run stood under the same conditions. */
export function ratios(result: BenchmarkResult, metric: string, contender: string): number[] {
  const ours = result.contenders.davit?.runs ?? []
  const theirs = result.contenders[contender]?.runs ?? []
  return ours.flatMap((run, index) => {
    const [mine, other] = [run?.[metric], theirs[index]?.[metric]]
    return mine === undefined || other === undefined || other === 0 ? [] : [mine / other]
  })
}

export function figures(result: BenchmarkResult, metric: string, contender: string): number[] {
  return (result.contenders[contender]?.runs ?? []).flatMap((run) => run?.[metric] ?? [])
}
