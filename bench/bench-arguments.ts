import { parseArgs } from 'node:util'

export interface BenchArguments {
  /** Names of benchmarks or beginnings of them; none means all. */
  readonly names: readonly string[]
  readonly runs: number
  readonly size: 'full' | 'quick'
  readonly profile: boolean
  /** Where the figures are written, as JSON. */
  readonly json: string | null
  /** Whether what stands there already is kept. */
  readonly resume: boolean
  readonly help: boolean
}

export const usage = `Usage: npm run bench [-- NAME… [--runs N] [--quick] [--profile] [--json FILE [--resume]]]

Runs the benchmarks whose names begin with NAME (all without one): Davit, the ceilings and the peers in turns.

  --runs N      how often each contender runs [5; 1 with --quick]
  --quick       smaller numbers
  --profile     CPU profiles of Davit's processes, and which functions of ours stand out
  --json FILE   write the figures of every run there, after each benchmark
  --resume      go on with a run that was broken off: what FILE has is not measured again

npm run bench:check takes the same, and says which goals fall short.
`

/** @throws Error that says what is wrong with the arguments, all of it */
export function parseBenchArguments(args: readonly string[], known: readonly string[]): BenchArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      runs: { type: 'string' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      json: { type: 'string' },
      resume: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const runs = values.runs === undefined ? (values.quick ? 1 : 5) : Number(values.runs)
  const unknown = positionals.filter((name) => !known.some((each) => isNamed(each, name)))
  const problems = [
    ...(Number.isInteger(runs) && runs > 0 ? [] : [`--runs: ${values.runs} is not a number of runs: give 1 or more`]),
    ...(values.resume && values.json === undefined ? ['--resume: say with --json FILE what to go on with'] : []),
    ...unknown.map((name) => `no benchmark is called ${name}: there are ${known.join(', ')}`),
  ]
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return {
    names: positionals,
    runs,
    size: values.quick ? 'quick' : 'full',
    profile: values.profile,
    json: values.json ?? null,
    resume: values.resume,
    help: values.help,
  }
}

/** `B2` names all of `B2/150ms`, `B2/300ms`…, but `B1` not `B10`. */
export function isNamed(benchmark: string, name: string): boolean {
  const [whole, asked] = [benchmark.toLowerCase(), name.toLowerCase()]
  return whole === asked || whole.startsWith(`${asked}/`)
}
