import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { benchmarks } from '../bench/benchmarks.ts'
import { checkGoals } from '../bench/check-goals.ts'
import { goals } from '../bench/goals.ts'
import { performanceSection } from '../bench/performance-page.ts'
import type { BenchResult } from '../bench/result.ts'
import { withSection } from './support/page-section.ts'

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), 'utf8')
const page = read('docs/performance.md')
const figures: BenchResult = JSON.parse(read('bench/figures.json'))

it('has the figures that were measured: npm run generate:performance', () => {
  expect(page).toBe(withSection(page, 'Figures', performanceSection(figures, goals)))
})

it('has figures of every benchmark, of one command with five runs', () => {
  expect(figures.command).toBe('npm run bench -- --runs 5 --json bench/figures.json')
  expect(figures.benchmarks.map(({ name }) => name)).toEqual(benchmarks.map(({ name }) => name))
})

it('has figures of commits as they are, without changes to them', () => {
  const commits = figures.benchmarks.map(({ conditions }) => conditions.commit)
  expect(commits.filter((commit) => !/^[0-9a-f]{12}$/.test(commit))).toEqual([])
})

describe('a goal that is missed', () => {
  const missed = checkGoals(goals, figures).filter(({ isMet }) => !isMet)
  const start = page.indexOf('\n## Goals that are missed, and why\n')
  const section = page.slice(start, page.indexOf('\n## ', start + 1))

  it.each(missed.map(({ goal }) => goal.benchmark))('of %s is explained', (benchmark) => {
    expect(start).toBeGreaterThan(0)
    expect(section).toContain(`**${benchmark}**`)
  })
})
