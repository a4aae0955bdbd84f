// `npm run bench`, and with `--check` before all else `npm run bench:check`.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
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
import { resumedResults } from './resume.ts'
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
  const command = commandText()
  const results = new Map(options.json !== null && options.resume ? await resumed(options.json, command) : [])
  const inOrder = () => selected.flatMap(({ name }) => results.get(name) ?? [])
  const folder = await mkdtemp(join(tmpdir(), 'davit-bench-'))
  console.error(`bench: logs and profiles are in ${folder}`)
  for (const benchmark of selected) {
    const result =
      results.get(benchmark.name) ??
      (await runBenchmark(benchmark, {
        runs,
        conditions: await conditionsOf(new Date()),
        size,
        profile,
        folder,
        signal: stopping.signal,
        onProgress: (line) => console.error(`bench: ${line}`),
      }))
    results.set(benchmark.name, result)
    console.log(`\n${formatResult(result)}`)
    // After each one: what was measured in an hour is not lost in the last minute.
    if (options.json)
      await writeFile(options.json, `${JSON.stringify({ command, runs, size, benchmarks: inOrder() }, null, 2)}\n`)
  }
  if (profile) console.log(`\n${await profileReport(folder)}`)
  const hasFailed = inOrder().some(({ contenders }) =>
    Object.values(contenders).some(({ failures }) => failures.length > 0),
  )
  if (!isCheck) return hasFailed ? 1 : 0
  const checks = checkGoals(goals, { benchmarks: inOrder() })
  console.log()
  for (const { goal, median, isMet } of checks)
    console.log(
      `${isMet ? 'met' : 'NOT MET'}  ${goalText(goal)}: ${median === null ? 'not measured' : median.toFixed(2)}`,
    )
  console.log(`\n${checks.filter(({ isMet }) => isMet).length} of ${checks.length} goals are met`)
  return hasFailed || checks.some(({ isMet }) => !isMet) ? 1 : 0
}

/** What measures all of it anew. */
function commandText(): string {
  const given = args.filter((arg) => arg !== '--resume')
  return [`npm run ${isCheck ? 'bench:check' : 'bench'}`, ...(given.length > 0 ? ['--', ...given] : [])].join(' ')
}

async function resumed(file: string, command: string): Promise<[name: string, BenchmarkResult][]> {
  try {
    const results = resumedResults(JSON.parse(await readFile(file, 'utf8')), command)
    return results.map((result) => [result.name, result])
  } catch (cause) {
    throw new Error(`cannot go on with ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
