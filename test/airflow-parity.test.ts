import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { environmentNames } from '../packages/executor/src/config/config-from-env.ts'
import type { ExecutorConfig } from '../packages/executor/src/config/executor-config.ts'
import { optionRules } from '../packages/executor/src/config/option-rules.ts'
import { optionsWithoutEffect } from '../packages/executor/src/config/options-without-effect.ts'
import { codesIn, type TableRow, tablesOf } from './support/markdown-tables.ts'
import { DEFECTS, PROBLEMS, proofsOf, withProofs } from './support/parity-page.ts'
import { testTitles } from './support/test-titles.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(join(root, 'docs/airflow-parity.md'), 'utf8')
const tables = tablesOf('docs/airflow-parity.md')
const titles = testTitles()

const ids = (letter: string, count: number) => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)
const rowsWith = (column: string) => [...tables.values()].flat().filter((row) => column in row)

it('has the defects, the problems and their tests as data and sources have them: npm run generate:parity', () => {
  expect(page).toBe(withProofs(page, titles))
})

describe('settings', () => {
  const settings = (tables.get('Settings') ?? []).filter((row) => 'what is so' in row)

  it('have a row for every option, and none for an option that is not there', () => {
    const named = settings.flatMap(({ Davit }) => codesIn(Davit))
    expect(named.sort()).toEqual(Object.keys(optionRules).sort())
  })

  it.each(settings.filter(({ Airflow, Davit }) => Airflow !== '–' && Davit !== '–'))(
    'have $Airflow under its own name, in camelCase and in the environment',
    ({ Airflow, Davit, 'what is so': so = '' }) => {
      const option = codesIn(Davit)[0] as keyof ExecutorConfig
      const airflows = codesIn(Airflow)[0] ?? ''
      expect(option).toBe(airflows.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()))
      expect(environmentNames(option)[0]).toMatch(new RegExp(`__${airflows.toUpperCase()}$`))
      expect(so).toMatch(/^(same|different: .*because|absent: )/)
      expect(so.startsWith('absent')).toBe(option in optionsWithoutEffect)
    },
  )

  it('are Airflow’s thirty of [kubernetes_executor], those of its other sections, and the two that are arguments here', () => {
    const airflows = settings.filter(({ Airflow }) => Airflow !== '–')
    expect(airflows).toHaveLength(44)
    expect(airflows.filter(({ Davit }) => Davit === '–').map(({ Airflow }) => Airflow)).toEqual([
      '`client_factory`',
      '`async_client_factory`',
    ])
    expect(
      settings.filter(({ Airflow }) => Airflow === '–').every((row) => row['what is so']?.startsWith('ours')),
    ).toBe(true)
  })
})

describe('behaviours', () => {
  const rows = rowsWith('held by')

  it('each are the same, different on purpose, or absent for a reason', () => {
    const wrong = rows.map(({ Davit = '' }) => Davit).filter((text) => !/^(same|different: |absent: )/.test(text))
    expect(wrong).toEqual([])
  })

  it('name files of tests that there are, and none only where nothing is to be held', () => {
    const files = rows.flatMap((row) => codesIn(row['held by']))
    expect(files.filter((file) => !existsSync(fileOf(file)))).toEqual([])
    const unheld = rows.filter((row) => row['held by'] === '–').map(({ Davit = '' }) => Davit)
    expect(unheld.filter((text) => !/^(absent: |different: )/.test(text))).toEqual([])
  })

  it('are of every part of Airflow’s executor', () => {
    const parts = [...tables.entries()].filter(([, all]) => all.some((row) => 'held by' in row)).map(([name]) => name)
    expect(parts).toEqual([
      'Settings',
      'Data types and queues',
      'The base executor',
      'ResourceVersion',
      'KubernetesJobWatcher',
      'AirflowKubernetesScheduler',
      'Pods',
      'KubernetesExecutor',
      'Command line',
      'Airflow’s classes of 2.3',
    ])
  })
})

describe.each([
  [DEFECTS, [...ids('L', 25), ...ids('N', 6)]],
  [PROBLEMS, ids('P', 29)],
])('%s', (heading, all) => {
  const rows = tables.get(heading) ?? []
  const tests = rows.filter((row) => 'test' in row && row.file !== '–')

  it('have a row for every id, in order', () => {
    expect(rows.filter((row) => !('test' in row)).map(({ id }) => id)).toEqual(all)
  })

  it('name tests that there are, where they are, on what they run', () => {
    const known = new Set(titles.map((title) => lineOf(title.title, title.file, title.runsOn)))
    const wrong = tests.map((row) => lineOf(codesIn(row.test)[0], codesIn(row.file)[0], row['runs on']))
    expect(wrong.filter((line) => !known.has(line))).toEqual([])
  })

  it('name every test whose title begins with an id', () => {
    const named = new Set(tests.map((row) => lineOf(codesIn(row.test)[0], codesIn(row.file)[0], row['runs on'])))
    const missing = titles
      .filter((title) => proofsOf(title).some((id) => all.includes(id)))
      .map(({ title, file, runsOn }) => lineOf(title, file, runsOn))
    expect(missing.filter((line) => !named.has(line))).toEqual([])
  })
})

it('says of each defect how it is out of the world', () => {
  const rows: readonly TableRow[] = tables.get(DEFECTS) ?? []
  const wrong = rows
    .flatMap(({ Davit }) => Davit ?? [])
    .filter((text) => !/^(mended by|impossible because) /.test(text))
  expect(wrong).toEqual([])
})

it('knows no id that is not of the page', () => {
  const known = [...ids('L', 25), ...ids('N', 6), ...ids('P', 29)]
  expect(titles.flatMap(proofsOf).filter((id) => !known.includes(id))).toEqual([])
})

function fileOf(short: string): string {
  if (short.startsWith('conformance/')) return join(root, 'test', short)
  if (short.startsWith('workflows/')) return join(root, 'packages/workflows/test', short.slice('workflows/'.length))
  return join(root, 'packages/executor/test', short)
}

function lineOf(title = '', file = '', runsOn = ''): string {
  return `${title.replaceAll('`', '’')} (${file}; ${runsOn})`
}
