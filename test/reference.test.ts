import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  configFromEnv,
  type FailureClass,
  failureBudget,
  type KubeClientOptions,
  type KubernetesExecutorOptions,
  type LoadKubeConfigOptions,
  resolveConfig,
} from '@davit/executor'
import { describe, expect, it } from 'vitest'
import { namesOf } from '../packages/executor/src/config/config-from-env.ts'
import type { ExecutorConfig } from '../packages/executor/src/config/executor-config.ts'
import { optionRules } from '../packages/executor/src/config/option-rules.ts'
import { codesIn, tablesOf } from './support/markdown-tables.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

describe('docs/reference/configuration.md', () => {
  const page = tablesOf('docs/reference/configuration.md')
  const rows = [...page.values()].flat().filter((row) => 'variable' in row)
  const options = Object.keys(optionRules) as (keyof ExecutorConfig)[]

  it('has every option of the configuration, and no other', () => {
    expect(rows.flatMap(({ option }) => codesIn(option)).sort()).toEqual([...options].sort())
  })

  it.each(rows)(
    'says of $option what the code does',
    ({ option: cell, variable, type, default: fallback, meaning }) => {
      const option = codesIn(cell)[0] as keyof ExecutorConfig
      expect(namesOf(option)[0]?.replace('AIRFLOW__KUBERNETES_EXECUTOR__', '')).toBe(codesIn(variable)[0])
      expect(resolveConfig()[option]).toEqual(JSON.parse(codesIn(fallback)[0] ?? ''))
      const { taken, refused } = samplesOf(type ?? '')
      expect(taken.filter((value) => optionRules[option].check(value) !== null)).toEqual([])
      expect(refused.filter((value) => optionRules[option].check(value) === null)).toEqual([])
      expect(meaning?.startsWith('*not used yet*')).toBe(!isUsed(option))
    },
  )

  it('reads each option from its variable', () => {
    const env = Object.fromEntries(
      rows.map(({ variable, default: fallback }) => {
        const name = codesIn(variable)[0] ?? ''
        const value: unknown = JSON.parse(codesIn(fallback)[0] ?? '')
        const text =
          typeof value === 'string' ? value : Array.isArray(value) ? value.join() : JSON.stringify(value ?? '')
        return [name.startsWith('AIRFLOW__') ? name : `AIRFLOW__KUBERNETES_EXECUTOR__${name}`, text.replace(/^""$/, '')]
      }),
    )
    expect(resolveConfig(configFromEnv(env))).toEqual(resolveConfig())
  })

  it('names as not built only what is refused', () => {
    const text = readFileSync(join(root, 'docs/reference/configuration.md'), 'utf8')
    const missing = codesIn(/## Not built yet\n([\s\S]*?) as a value of/.exec(text)?.[1])
    expect(missing).toEqual(['podPatch', 'outcomeFinalizer', 'launchGate', 'lease'])
    expect(missing.filter((name) => name in optionRules)).toEqual([])
    expect(optionRules.adoption.check('lease')).not.toBeNull()
  })

  // The compiler holds these lists to the interfaces, the tests hold the page to the lists.
  const constructorOptions: Presence<KubernetesExecutorOptions> = {
    jobId: 'required',
    kube: 'required',
    config: 'optional',
    parallelism: 'optional',
    store: 'optional',
    logArchive: 'optional',
    podMutationHook: 'optional',
    aliveJobIds: 'optional',
    clock: 'optional',
    random: 'optional',
    logger: 'optional',
    metrics: 'optional',
  }
  const kubeConfigOptions: Presence<LoadKubeConfigOptions> = {
    kubeconfigPath: 'optional',
    kubeconfig: 'optional',
    context: 'optional',
    inCluster: 'optional',
    env: 'optional',
    homeDir: 'optional',
  }
  const kubeClientOptions: Presence<KubeClientOptions> = {
    connections: 'optional',
    requestTimeoutMs: 'optional',
    listTimeoutMs: 'optional',
    userAgent: 'optional',
    clock: 'optional',
    logger: 'optional',
  }
  it.each([
    ['`new KubernetesExecutor(options)`', constructorOptions],
    ['`loadKubeConfig(options)`', kubeConfigOptions],
    ['`createKubeClient(config, options)`', kubeClientOptions],
  ])('has every option of %s', (heading, presence) => {
    const named = page
      .get(heading)
      ?.flatMap(({ option, default: fallback }) =>
        codesIn(option).map((name) => [name, fallback === 'required' ? 'required' : 'optional']),
      )
    expect(Object.fromEntries(named ?? [])).toEqual(presence)
  })
})

describe('docs/reference/dags.md', () => {
  it('has every failure class, with the budget that it is charged to', () => {
    const classes: Readonly<Record<FailureClass, null>> = {
      user: null,
      config: null,
      capacity: null,
      oom: null,
      deadline: null,
      infrastructure: null,
      disruption: null,
      unknown: null,
    }
    const rows = tablesOf('docs/reference/dags.md').get('How a task fails') ?? []
    const charged = rows.map((row) => [codesIn(row['`failure.class`'])[0], codesIn(row['charged to'])[0]])
    const budgets = Object.keys(classes).map((name) => [name, failureBudget(name as FailureClass)])
    expect(Object.fromEntries(charged)).toEqual(Object.fromEntries(budgets))
  })
})

/** Which options of an interface must be given. */
type Presence<T> = { readonly [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K> ? 'optional' : 'required' }

/** Values that an option of a type of the page takes, and values that it refuses. */
function samplesOf(type: string): { taken: readonly unknown[]; refused: readonly unknown[] } {
  if (type.endsWith(', or null')) {
    const { taken, refused } = samplesOf(type.slice(0, -', or null'.length))
    return { taken: [...taken, null], refused: refused.filter((value) => value !== null) }
  }
  const [, least] = /^integer ≥ (-?\d+)$/.exec(type) ?? []
  if (least !== undefined) {
    return { taken: [Number(least), 7], refused: [Number(least) - 1, 1.5, '7', null] }
  }
  const choices = [...type.matchAll(/`"([^"]+)"`/g)].map(([, choice]) => choice)
  if (choices.length > 0) return { taken: choices, refused: ['something else', null] }
  const samples: Readonly<Record<string, { taken: readonly unknown[]; refused: readonly unknown[] }>> = {
    text: { taken: ['a'], refused: [1, true, null] },
    'true or false': { taken: [true, false], refused: ['true', 1, null] },
    list: { taken: [[], ['a']], refused: ['a', [1], null] },
    seconds: { taken: [0, 1.5], refused: [-1, '1', null] },
    'seconds above 0': { taken: [1.5], refused: [0, '1', null] },
    'seconds by name': { taken: [{}, { a: 1.5 }], refused: [{ a: -1 }, [], null] },
    'JSON object': { taken: [{}, { a: 'b' }], refused: [[], '{}', null] },
  }
  const found = samples[type]
  if (!found) throw new Error(`the page has a type that the test does not know: ${type}`)
  return found
}

/**
 * Whether anything reads an option: a file of the executor names it in code. `config/` itself names all of them, but what
 * it makes of one for another counts; `kube/` and `watch/` know no configuration.
 */
function isUsed(option: string): boolean {
  return executorSources.some((text) => new RegExp(`\\b${option}\\b`).test(text))
}

const executorSources = sourcesUnder('packages/executor/src')
  .filter(({ file }) => !/^(kube|watch|config)\//.test(file) || file === 'config/resolve-config.ts')
  .map(({ text }) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''))

function sourcesUnder(folder: string): readonly { readonly file: string; readonly text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, text: readFileSync(join(root, folder, file), 'utf8') }))
}
