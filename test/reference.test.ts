import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as devcluster from '@davit/devcluster'
import * as executor from '@davit/executor'
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
import { parse } from 'yaml'
import { errorCodes as devclusterErrorCodes } from '../packages/devcluster/src/error-codes.ts'
import { environmentNames } from '../packages/executor/src/config/config-from-env.ts'
import type { ExecutorConfig } from '../packages/executor/src/config/executor-config.ts'
import { optionRules } from '../packages/executor/src/config/option-rules.ts'
import { optionsWithoutEffect } from '../packages/executor/src/config/options-without-effect.ts'
import { errorCodes as executorErrorCodes } from '../packages/executor/src/errors.ts'
import { exitCodeOf } from '../packages/workflows/src/cli/report-error.ts'
import { CONTAINER_FIELDS, DAG_FIELDS, FUNCTION_FIELDS } from '../packages/workflows/src/dag/dag-fields.ts'
import { TRIGGER_RULES } from '../packages/workflows/src/dag/dag-spec.ts'
import { loadDag } from '../packages/workflows/src/dag/load-dag.ts'
import { errorCodes as workflowErrorCodes } from '../packages/workflows/src/error-codes.ts'
import { grantsOf, grantText } from './support/executor-role.ts'
import { codesIn, type TableRow, tablesOf } from './support/markdown-tables.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

describe('docs/operations.md', () => {
  const role = readFileSync(join(root, 'deploy/role.yaml'), 'utf8')

  it('has the role that can be applied', () => {
    const [, shown = ''] =
      /```yaml\n([^`]*kind: Role\n[\s\S]*?)```/.exec(readFileSync(join(root, 'docs/operations.md'), 'utf8')) ?? []
    expect(shown).toBe(role.replace(/^#.*\n/, ''))
  })

  it('says what each permission is for and what is lost without it, in the words of the executor’s own table', () => {
    const rows = tablesOf('docs/operations.md').get('Permissions') ?? []
    const told = rows.map(({ verb, resource, 'needed for': neededFor, 'without it': without }) => [
      `${codesIn(verb)} ${codesIn(resource)}`,
      neededFor?.replaceAll('`', ''),
      without?.replaceAll('`', ''),
    ])
    expect(told).toEqual(executor.requiredPermissions.map((each) => [grantText(each), each.neededFor, each.without]))
  })

  it('has a role that grants each of them, and nothing else', () => {
    expect(grantsOf(parse(role)).toSorted()).toEqual(executor.requiredPermissions.map(grantText).toSorted())
  })
})

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
      expect(environmentNames(option)[0]?.replace('AIRFLOW__KUBERNETES_EXECUTOR__', '')).toBe(codesIn(variable)[0])
      expect(resolveConfig()[option]).toEqual(JSON.parse(codesIn(fallback)[0] ?? ''))
      const { taken, refused } = samplesOf(type ?? '')
      expect(taken.filter((value) => optionRules[option].check(value) !== null)).toEqual([])
      expect(refused.filter((value) => optionRules[option].check(value) === null)).toEqual([])
      expect(meaning?.startsWith('*no effect*: ')).toBe(!isUsed(option))
      expect(option in optionsWithoutEffect).toBe(!isUsed(option))
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
    certificateAuthorityPath: 'optional',
    insecureSkipTlsVerify: 'optional',
    env: 'optional',
    homeDir: 'optional',
  }
  const kubeClientOptions: Presence<KubeClientOptions> = {
    connections: 'optional',
    requestTimeoutMs: 'optional',
    listTimeoutMs: 'optional',
    tcpKeepAlive: 'optional',
    podEncoding: 'optional',
    userAgent: 'optional',
    connect: 'optional',
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

describe('docs/reference/metrics.md', () => {
  const page = tablesOf('docs/reference/metrics.md')
  const rows = [...page.values()].flat().filter((row) => 'metric' in row)

  it('has every part of a timeline, in its order', () => {
    const parts = page.get('Where the time of a try goes')?.map(({ part }) => codesIn(part)[0])
    expect(parts).toEqual(executor.timelineParts)
  })

  it('has every metric with its kind and tags, and no other', () => {
    const documented = rows.map(({ metric, kind, tags }) => [codesIn(metric)[0], kind, codesIn(tags)])
    const known = Object.entries(executor.metricTable).map(([name, { kind, tags }]) => [name, kind, [...tags]])
    expect(documented.toSorted()).toEqual(known.toSorted())
  })
})

describe('docs/reference/dags.md', () => {
  const page = tablesOf('docs/reference/dags.md')
  const named = (rows: readonly TableRow[] = []) => rows.flatMap((row) => codesIn(row.field ?? row.option))

  it('has every field of a DAG and every option of a task, and no other', () => {
    expect(named(page.get('DAG')).sort()).toEqual(Object.keys(DAG_FIELDS).sort())
    expect(named(page.get('Tasks')).sort()).toEqual(Object.keys(CONTAINER_FIELDS).sort())
    const ofContainers = named(page.get('Tasks')).slice(named(page.get('Tasks')).indexOf('image'))
    expect(ofContainers.filter((option) => option in FUNCTION_FIELDS)).toEqual([])
  })

  it('says which defaults they have', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'davit-reference-'))
    try {
      writeFileSync(join(folder, 'least.yaml'), 'dag_id: least\ntasks: [{ task_id: a, image: busybox }]\n')
      const { spec } = await loadDag(join(folder, 'least.yaml'), { cwd: folder, env: {} })
      const { container, ...task } = spec.tasks[0] ?? {}
      const loaded: Readonly<Record<string, unknown>> = { ...spec, ...task, ...container }
      const documented = ['DAG', 'Tasks']
        .flatMap((heading) => page.get(heading) ?? [])
        .flatMap(defaultsOf)
        // What it says has become the tasks' own.
        .filter(([name]) => name !== 'defaultArgs')
      expect(Object.fromEntries(documented.map(([option]) => [option, loaded[option]]))).toEqual(
        Object.fromEntries(documented),
      )
      expect(documented).toHaveLength(25)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('has every trigger rule', () => {
    const row = page.get('Tasks')?.find(({ option }) => option === '`triggerRule`')
    expect(codesIn(row?.meaning)[0]?.split(', ')).toEqual([...TRIGGER_RULES])
  })

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
    const charged = page
      .get('How a task fails')
      ?.map((row) => [codesIn(row['`failure.class`'])[0], codesIn(row['charged to'])[0]])
    const budgets = Object.keys(classes).map((name) => [name, failureBudget(name as FailureClass)])
    expect(Object.fromEntries(charged ?? [])).toEqual(Object.fromEntries(budgets))
  })
})

describe('docs/airflow-parity.md', () => {
  const rows = [...tablesOf('docs/airflow-parity.md').values()].flat()

  it.each<[string, string, Partial<ExecutorConfig>]>([
    ['`workerPodsCreationBatchSize`', 'no limit a loop', { workerPodsCreationBatchSize: null }],
    [
      '`asyncPodCreation`, `podCreationMaxConcurrency`',
      'always concurrent, 64',
      { asyncPodCreation: true, podCreationMaxConcurrency: 64 },
    ],
    ['`taskPublishMaxRetries`', '−1, with backoff and `maxRefusalSeconds`', { taskPublishMaxRetries: -1 }],
    ['`podLaunchFailureRetries`', '`infrastructureRetries` 3, while running too', { infrastructureRetries: 3 }],
    ['`deleteWorkerPodsOnFailure` false', 'labelled done', { deleteWorkerPodsOnFailure: false }],
    ['request timeout', '60 s, lists 120 s', { requestTimeoutSeconds: 60, listTimeoutSeconds: 120 }],
    ['unknown keys in template or override', 'an error with its path', { strictPodFields: true }],
    [
      '`env`, `volumes`, `volumeMounts`, `ports` of both sides',
      'merged by name (mountPath, port), the last wins',
      { podMerge: 'byName' },
    ],
  ])('says of %s what is so by default', (matter, davit, config) => {
    expect(rows.find((row) => row.matter === matter)?.Davit).toBe(davit)
    expect(resolveConfig()).toMatchObject(config)
  })

  it('names each option of the configuration whose default is another one than Airflow’s', () => {
    const differing = [...tablesOf('docs/reference/configuration.md').values()]
      .flat()
      .filter((row) => codesIn(row.Airflow).length > 0 && !/^(\*no effect|Airflow (to )?2)/.test(row.meaning ?? ''))
      .flatMap(({ option, Airflow }) => codesIn(option).map((name) => [name, codesIn(Airflow)[0] ?? ''] as const))
    expect(differing.length).toBeGreaterThan(4)
    for (const [option, airflow] of differing) {
      expect(rows.find(({ matter }) => codesIn(matter).includes(option))?.Airflow, option).toContain(airflow)
    }
  })

  it('names as the way back only settings that there are', () => {
    const settings = rows
      .flatMap((row) => codesIn(row["Airflow's way by"]))
      .flatMap((setting) => [...setting.matchAll(/^(\w+): (.+)$/g)])
      .map(([, name = '', value = '']) => ({ name, value: JSON.parse(value.replaceAll("'", '"')) as unknown }))
    expect(settings.length).toBeGreaterThan(4)
    for (const { name, value } of settings) {
      const rule = Object.entries(optionRules).find(([option]) => option === name)?.[1]
      if (rule) expect(rule.check(value), name).toBeNull()
      else expect(Object.keys(FUNCTION_FIELDS)).toContain(name)
    }
  })
})

describe('docs/reference/errors.md', () => {
  const page = tablesOf('docs/reference/errors.md')
  const codes = (heading: string) => page.get(heading)?.flatMap(({ code }) => codesIn(code)) ?? []
  const { refusal, worker, ...ofDavit } = workflowErrorCodes

  it('has every code of each package, and no other', () => {
    expect(codes('Codes of `davit`').sort()).toEqual([...Object.values(ofDavit).flat(), 'KUBE_CONFIG'].sort())
    expect(codes('Answers of the task API').sort()).toEqual([...refusal, ...worker].sort())
    expect(codes('Codes of `@davit/executor`')).toEqual([...executorErrorCodes].sort())
    expect(codes('Codes of `@davit/devcluster`').sort()).toEqual([...devclusterErrorCodes].sort())
  })

  it.each(page.get('Codes of `davit`') ?? [])('says how davit ends with $code', ({ code, exit }) => {
    const error = codesIn(code)[0] === 'INTERNAL' ? new Error('no') : { code: codesIn(code)[0] }
    expect(exitCodeOf(Object.assign(new Error('no'), error))).toBe(Number(exit))
  })

  // Their types hold each class to the lists; that a listed code is thrown at all, only the sources tell.
  it.each([
    ['executor', 'errors.ts', executorErrorCodes],
    ['devcluster', 'error-codes.ts', devclusterErrorCodes],
    ['workflows', 'error-codes.ts', Object.values(workflowErrorCodes).flat()],
  ])('has codes that packages/%s uses', (name, list, all) => {
    const sources = sourcesUnder(`packages/${name}/src`)
    const lists = sources.filter(({ file }) => file === list).map(({ text }) => text)
    expect(lists).toHaveLength(1)
    const used = sources.map(({ file, text }) =>
      file === list ? text.replace(/errorCodes = [\s\S]*?as const/, '') : text,
    )
    expect(all.filter((code) => !used.some((text) => text.includes(`'${code}'`)))).toEqual([])
  })

  it('gives each answer of the task API its status', () => {
    const routes = sourcesUnder('packages/workflows/src/task-api')
      .flatMap(({ text }) => [...text.matchAll(/new Refusal\((\d+), '(\w+)'/g)])
      .map(([, status, code]) => `${code} ${status}`)
    const documented = page.get('Answers of the task API')?.map(({ code, status }) => `${codesIn(code)[0]} ${status}`)
    expect(documented?.filter((line) => !line.endsWith('–')).sort()).toEqual([...new Set(routes)].sort())
  })

  it.each([...(page.get('Codes of `@davit/executor`') ?? []), ...(page.get('Codes of `@davit/devcluster`') ?? [])])(
    'names a class for $code that can be told by instanceof',
    ({ class: cell, code }) => {
      const found: unknown = { ...executor, ...devcluster }[codesIn(cell)[0] ?? '']
      expect(found, code).toBeTypeOf('function')
    },
  )
})

/** The options of a row with their defaults, where the page gives a value; "none" is null, or an empty list of codes. */
function defaultsOf({ field, option, default: cell = '' }: TableRow): readonly (readonly [string, unknown])[] {
  if (cell === '' || cell === 'required') return []
  const names = codesIn(field ?? option)
  const values = cell.split(', ')
  return names.map((name, index) => {
    const value = values[values.length === 1 ? 0 : index]?.replaceAll('`', '') ?? ''
    if (value === 'none' && name === 'skipOnExitCode') return [name, []]
    if (value === 'none' || value === "the image's") return [name, null]
    return [name, /^(true|false|-?\d+|\[\]|\{\})$/.test(value) ? JSON.parse(value) : value]
  })
}

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
