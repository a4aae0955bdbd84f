import { markdownTable } from '../test/support/page-section.ts'
import { checkGoals, goalText } from './check-goals.ts'
import type { Conditions } from './conditions.ts'
import { failuresOf, resultTable } from './format-result.ts'
import type { Goal } from './goals.ts'
import type { BenchmarkResult, BenchResult } from './result.ts'

/** What `docs/performance.md` says of one command's figures: how they came about, which goals they meet, and all of them. */
export function performanceSection(result: BenchResult, goals: readonly Goal[]): string {
  const checks = checkGoals(goals, result).map(({ goal, median, isMet }) => [
    `\`${goalText(goal)}\``,
    median === null ? 'not measured' : median.toFixed(2),
    isMet ? 'yes' : '**no**',
  ])
  return [
    conditionsText(result),
    '### Goals\n',
    `${markdownTable(['goal', 'measured (median)', 'met'], checks)}\n`,
    ...result.benchmarks.map((benchmark) => benchmarkText(benchmark, result)),
  ].join('\n')
}

/** A table, since it stands first in its section: what is before the first table is written by hand. */
function conditionsText({ command, benchmarks }: BenchResult): string {
  const machines = Map.groupBy(benchmarks, ({ conditions }) => machineText(conditions))
  const rows = [...machines].map(([machine, measured]) => [measured.map(({ name }) => name).join(', '), machine])
  return `${markdownTable(['figures of', `\`${command}\``], rows)}\n`
}

function machineText({ processor, cores, memoryGiB, system, node, kubernetes }: Conditions): string {
  return `${cores} cores of ${processor}, ${memoryGiB} GiB, ${system}; Node ${node}, Kubernetes ${kubernetes}`
}

function benchmarkText(result: BenchmarkResult, { runs, size }: BenchResult): string {
  const { name, title, conditions, load, seconds } = result
  const [heads = [], ...rows] = resultTable(result)
  const failed = failuresOf(result).map(([contender, reason]) => `${contender}: ${reason.split('\n')[0]}`)
  return [
    `### ${name}: ${title}\n`,
    `${markdownTable(heads, rows)}\n`,
    ...(failed.length === 0 ? [] : [`Failed: ${failed.join('; ')}\n`]),
    `Commit \`${conditions.commit}\`, ${conditions.date.slice(0, 10)}: ${Math.round(seconds)} s at a load of ${load.map((value) => value.toFixed(1)).join(' to ')}. Again: \`npm run bench -- ${name} --runs ${runs}${size === 'quick' ? ' --quick' : ''}\`.\n`,
  ].join('\n')
}
