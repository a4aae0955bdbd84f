/** What one run of one contender measured, by metric. */
export type Measures = Readonly<Record<string, number>>

/** How a figure is read and printed. */
export interface Metric {
  /** The column's head: `creates/s`, `client CPU ms/create`. Also the metric's name in results and goals. */
  readonly name: string
  /** Digits after the point. @default 2 */
  readonly digits?: number
}

export interface BenchContext {
  /** `quick` is for a look in between: the same ratios from smaller numbers. */
  readonly size: 'full' | 'quick'
  /** Which of the runs this is, from 1. */
  readonly run: number
  /** Of this run: logs of clients, profiles. */
  readonly folder: string
  /** Whether Davit's clients write CPU profiles there. */
  readonly profile: boolean
  readonly signal: AbortSignal
}

/** One run, from nothing: whatever it needs is started by it and has ended with it. */
export type Contender = (context: BenchContext) => Promise<Measures>

/** One row of the goals: the same work done by Davit, by ceilings and by peers. */
export interface Benchmark {
  /** As in the goals: `B1`, `B2/150ms`. */
  readonly name: string
  readonly title: (size: BenchContext['size']) => string
  readonly metrics: readonly Metric[]
  /** In the order in which they take turns. What is compared with the others is called `davit`. */
  readonly contenders: Readonly<Record<string, Contender>>
  /** Those that a quick run leaves out: the slowest, whom no goal names. @default none */
  readonly onlyFull?: readonly string[]
  /** What every contender needs and takes long the first time: programs, environments. */
  readonly prepare?: (context: Pick<BenchContext, 'signal'>) => Promise<void>
  /** At most so many runs, where one run measures for a long time. */
  readonly maxRuns?: number
}
