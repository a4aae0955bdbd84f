// `npm run bench`, and with `--check` before all else `npm run bench:check`.
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isNamed, parseBenchArguments, usage } from './bench-arguments.ts'
import { benchmarks } from './benchmarks.ts'
import { checkGoals, goalText } from './check-goals.ts'
import { conditionsOf } from './conditions.ts'
import { formatResult } from './format-result.ts'
import { goals } from './goals.ts'
import { profileReport } from './profile-report.ts'
import type { BenchmarkResult } from './result.ts'
import { runBenchmark } from './run-benchmark.ts'

const [first, ...rest] = process.argv.slice(2)
const isCheck = first === '--check'
const args = isCheck ? rest : process.argv.slice(2)

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort(new Error(signal)))

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}

async function main(): Promise<number> {
  const options = parseBenchArguments(
    args,
    benchmarks.map(({ name }) => name),
  )
  if (options.help) {
    console.log(usage)
    return 0
  }
  const { names, runs, size, profile } = options
  const selected = benchmarks.filter(({ name }) => names.length === 0 || names.some((asked) => isNamed(name, asked)))
  const command = ['npm run', isCheck ? 'bench:check' : 'bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
  const conditions = await conditionsOf({ command, runs, size }, new Date())
  const folder = await mkdtemp(join(tmpdir(), 'davit-bench-'))
  console.error(`bench: logs and profiles are in ${folder}`)
  const results: BenchmarkResult[] = []
  for (const benchmark of selected) {
    const result = await runBenchmark(benchmark, {
      runs,
      size,
      profile,
      folder,
      signal: stopping.signal,
      onProgress: (line) => console.error(`bench: ${line}`),
    })
    results.push(result)
    console.log(`\n${formatResult(result)}`)
    // After each one: what was measured in an hour is not lost in the last minute.
    if (options.json) await writeFile(options.json, `${JSON.stringify({ conditions, benchmarks: results }, null, 2)}\n`)
  }
  if (profile) console.log(`\n${await profileReport(folder)}`)
  const hasFailed = results.some(({ contenders }) =>
    Object.values(contenders).some(({ failures }) => failures.length > 0),
  )
  if (!isCheck) return hasFailed ? 1 : 0
  const checks = checkGoals(goals, { benchmarks: results })
  console.log()
  for (const { goal, median, isMet } of checks)
    console.log(
      `${isMet ? 'met' : 'NOT MET'}  ${goalText(goal)}: ${median === null ? 'not measured' : median.toFixed(2)}`,
    )
  console.log(`\n${checks.filter(({ isMet }) => isMet).length} of ${checks.length} goals are met`)
  return hasFailed || checks.some(({ isMet }) => !isMet) ? 1 : 0
}
