import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DagLoadError } from '../../src/dag/dag-load-error.ts'
import { type LoadDagOptions, loadDag } from '../../src/dag/load-dag.ts'
import { tempFolder } from '../support/temp-folder.ts'

function load(name: string, files: Readonly<Record<string, string>>, options: Partial<LoadDagOptions> = {}) {
  const cwd = tempFolder(files)
  return loadDag(name, { cwd, env: process.env, ...options })
}

async function problemsOf(
  name: string,
  files: Readonly<Record<string, string>>,
  options: Partial<LoadDagOptions> = {},
) {
  const error = await load(name, files, options).then(
    () => undefined,
    (reason: DagLoadError) => reason,
  )
  return error?.problems?.map(({ file, path, message, hint }) => [file, path, message, hint]) ?? error
}

function placesOf(problems: Awaited<ReturnType<typeof problemsOf>>) {
  return Array.isArray(problems) ? problems.map((problem) => problem.slice(0, 3)) : problems
}

const define = (body: string, options = `dagId: 'd'`) =>
  `import { defineDag } from '@davit/workflows'\nexport default defineDag({ ${options} }, (dag) => { ${body} })`

describe('loading a TypeScript DAG', () => {
  it('fills in every default', async () => {
    const dag = await load('dags/sales.ts', {
      'dags/sales.ts': `
import { defineDag } from '@davit/workflows'
import { names } from './lib/names.ts'
import rows from './rows.json' with { type: 'json' }
import query from './query.sql'
enum Kind { A = 'a' }
const at = await Promise.resolve('2026-01-01')
export default defineDag({
  dagId: 'sales', schedule: '0 6 * * *', startDate: at, params: { region: 'EU', kind: Kind.A, rows, query },
}, (dag) => {
  const extract = dag.task(names.extract, async () => [1, 2])
  const each = dag.task('each', { map: extract, retries: 2 }, ({ mapItem }) => mapItem)
  dag.container('report', { upstream: [each, names.extract], image: 'busybox', env: { R: '{{ xcom.each }}' } })
})`,
      'dags/lib/names.ts': `export const names: { extract: string } = { extract: 'extract' }`,
      'dags/rows.json': '[{"a":1}]',
      'dags/query.sql': 'select 1',
    })
    const task = {
      upstream: [],
      triggerRule: 'all_success',
      retries: 0,
      retryDelaySeconds: 10,
      retryExponentialBackoff: false,
      maxRetryDelaySeconds: null,
      infrastructureRetries: 3,
      executionTimeoutSeconds: null,
      pool: 'default_pool',
      poolSlots: 1,
      priorityWeight: 1,
      queue: null,
      map: null,
      skipOnExitCode: [],
      container: null,
      executorConfig: null,
    }
    expect(dag.spec).toEqual({
      dagId: 'sales',
      description: null,
      tags: [],
      schedule: '0 6 * * *',
      startDate: '2026-01-01T00:00:00.000Z',
      catchup: false,
      params: { region: 'EU', kind: 'a', rows: [{ a: 1 }], query: 'select 1' },
      files: [],
      pools: {},
      maxActiveTasks: null,
      tasks: [
        { ...task, taskId: 'extract', kind: 'function' },
        {
          ...task,
          taskId: 'each',
          kind: 'function',
          upstream: ['extract'],
          map: { kind: 'task', taskId: 'extract' },
          retries: 2,
        },
        {
          ...task,
          taskId: 'report',
          kind: 'container',
          upstream: ['each', 'extract'],
          container: { image: 'busybox', command: null, args: null, env: { R: '{{ xcom.each }}' } },
        },
      ],
    })
    expect(dag.warnings).toEqual([])
    expect(dag.bundle?.hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('gives the same bundle for the same sources', async () => {
    const cwd = tempFolder({ 'a.ts': define(`dag.task('a', () => 1)`) })
    const [first, second] = [
      await loadDag('a.ts', { cwd, env: {} }),
      await loadDag(join(cwd, 'a.ts'), { cwd: '/', env: {} }),
    ]
    expect(first.bundle).toEqual(second.bundle)
  })

  it('takes handles, ids, lists to map over, and an asynchronous builder', async () => {
    const dag = await load('a.mjs', {
      'a.mjs': `import { defineDag } from '@davit/workflows'
export default defineDag({ dagId: 'd', defaultArgs: { retries: 1, image: 'busybox' } }, async (dag) => {
  const a = dag.task('a', () => {})
  await null
  dag.task('b', { map: [1, { x: null }], upstream: [a], retries: 3 }, () => {})
  dag.container('c', { upstream: ['a', a] })
})`,
    })
    const tasks = dag.spec.tasks.map(({ taskId, upstream, map, retries, container }) => ({
      ...{ taskId, upstream, map, retries, image: container?.image },
    }))
    expect(tasks).toEqual([
      { taskId: 'a', upstream: [], map: null, retries: 1, image: undefined },
      { taskId: 'b', upstream: ['a'], map: { kind: 'items', items: [1, { x: null }] }, retries: 3, image: undefined },
      { taskId: 'c', upstream: ['a'], map: null, retries: 1, image: 'busybox' },
    ])
  })

  it('finds packages beside the file, CommonJS and its require of Node’s modules included', async () => {
    const dag = await load('dags/a.js', {
      'dags/a.js': `const { defineDag } = require('@davit/workflows')
const { name } = require('left')
module.exports = defineDag({ dagId: name }, (dag) => { dag.task(__filename.split('/').at(-1), () => 1) })`,
      'dags/node_modules/left/package.json': '{"name":"left","main":"index.js"}',
      'dags/node_modules/left/index.js': `const path = require('path'); exports.name = path.basename(__dirname)`,
    })
    expect(dag.spec.dagId).toBe('left')
    expect(dag.spec.tasks[0]?.taskId).toBe('a.js')
  })

  it('keeps our secrets from the file, and its output from ours', async () => {
    const printed: string[] = []
    const dag = await load(
      'a.ts',
      {
        'a.ts': `console.log('hello')\n${define(`dag.task('a', () => 1)`, `dagId: 'd', params: { env: Object.keys(process.env).sort() }`)}`,
      },
      { env: { PATH: '/bin', HOME: '/h', AWS_SECRET_ACCESS_KEY: 'x' }, onOutput: (text) => printed.push(text) },
    )
    expect(dag.spec.params.env).toEqual(['HOME', 'PATH'])
    expect(printed.join('')).toBe('hello\n')
  })

  it('says where import.meta is', async () => {
    const files = { 'lib/b.ts': 'export const here = import.meta.dirname', 'a.ts': '' }
    files['a.ts'] =
      `import { here } from './lib/b.ts'\n${define(`dag.task('a', () => 1)`, `dagId: 'd', params: { here, url: import.meta.url }`)}`
    const dag = await load('a.ts', files)
    const folder = join(dag.file, '..')
    expect(dag.spec.params).toEqual({ here: join(folder, 'lib'), url: `file://${folder}/a.ts` })
  })
})

describe('a DAG file that cannot be evaluated', () => {
  it.each([
    ['throws', `const x: number = 1\nthrow new TypeError('no way')`, 'TypeError: no way (line 2, column 7)'],
    ['throws in its builder', define(`throw new Error('in it')`), 'Error: in it (line 2, column 59)'],
    ['throws text', `throw 'words'`, 'thrown: words'],
    ['does not parse', 'export default {', 'expected identifier but found end of file (line 1, column 17)'],
    [
      'imports what is not there',
      `import x from './x.ts'\nexport default x`,
      'could not resolve "./x.ts" (line 1, column 15)',
    ],
    ['ends its process', 'process.exit(0)', 'the file ended its process while it was loaded (exit code 0)'],
    [
      'kills its process',
      `process.kill(process.pid, 'SIGKILL')`,
      'the file ended its process while it was loaded (signal SIGKILL)',
    ],
    ['awaits what never comes', 'await new Promise(() => {})', 'the file awaits something at its top that never comes'],
    ['has no default export', 'export const x = 1', 'the file has no default export'],
    ['exports something else', 'export default { tasks: [] }', "the file's default export is an object, not a DAG"],
    [
      'exports its DAG by a name',
      `import { defineDag } from '@davit/workflows'\nexport const sales = defineDag({ dagId: 'd' }, () => {})`,
      'the file exports its DAG as "sales", not as its default',
    ],
    [
      'exports several DAGs',
      `import { defineDag } from '@davit/workflows'\nconst d = () => defineDag({ dagId: 'd' }, () => {})\nexport default [d(), d()]`,
      'the file exports 2 DAGs',
    ],
    [
      'imports what we do not have',
      `import { Dag } from '@davit/workflows'\nnew Dag()`,
      expect.stringMatching(/^no matching export .* for import "Dag" \(line 1, column 10\)$/),
    ],
  ])('%s', async (_what, text, message) => {
    expect(placesOf(await problemsOf('a.ts', { 'a.ts': text }))).toEqual([['a.ts', null, message]])
  })

  it('says what to install for a missing package', async () => {
    expect(await problemsOf('a.ts', { 'a.ts': `import x from '@no/such/deep'\nx()` })).toEqual([
      [
        'a.ts',
        null,
        'could not resolve "@no/such/deep" (line 1, column 15)',
        'install it beside the DAG file: npm install @no/such',
      ],
    ])
  })

  it('names the imported file in which it goes wrong', async () => {
    const text = `import { boom } from './lib/boom.ts'\n${define('boom()')}`
    expect(
      await problemsOf('a.ts', {
        'a.ts': text,
        'lib/boom.ts': `\nexport function boom() {\n  throw new Error('boom')\n}`,
      }),
    ).toEqual([[join('lib', 'boom.ts'), null, 'Error: boom (line 3, column 9)', undefined]])
  })

  it.each(['for (;;);', 'await new Promise(() => setInterval(() => {}, 1000))'])(
    'is stopped at its deadline: %s',
    async (text) => {
      expect(await problemsOf('a.ts', { 'a.ts': text }, { deadlineMs: 400 })).toEqual([
        ['a.ts', null, 'the file did not end within 0.4 s', 'a DAG file only defines tasks: move work into them'],
      ])
    },
  )

  it('is not waited for when the caller gives up', async () => {
    const signal = AbortSignal.timeout(300)
    const cwd = tempFolder({ 'a.ts': 'for (;;);' })
    await expect(loadDag('a.ts', { cwd, env: {}, signal })).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('may leave timers and servers behind', async () => {
    const text = `import { createServer } from 'node:net'\nsetInterval(() => {}, 1000)\ncreateServer().listen(0, '127.0.0.1')\n${define(`dag.task('a', () => 1)`)}`
    expect((await load('a.ts', { 'a.ts': text })).spec.dagId).toBe('d')
  })

  it.each([
    ['nope.ts', 'there is no such file', 'DAG_NOT_FOUND'],
    ['folder.ts', 'cannot be read: it is a folder', 'DAG_NOT_FOUND'],
    ['dag.py', 'a DAG file cannot end in .py', 'DAG_INVALID'],
    ['dag', 'the file name has no extension', 'DAG_INVALID'],
  ])('%s: %s', async (name, message, code) => {
    const files = { 'folder.ts/x': '', 'dag.py': '', dag: '' }
    await expect(load(name, files)).rejects.toMatchObject({ code, problems: [{ file: name, path: null, message }] })
  })

  it('is named in problems as the user named it', async () => {
    expect(await problemsOf('a.ts', { 'a.ts': '' }, { shownAs: './dags/a.ts' })).toEqual([
      ['./dags/a.ts', null, 'the file has no default export', expect.any(String)],
    ])
  })
})

describe('the problems of a DAG', () => {
  it('are all found at once', async () => {
    const body = `
  const a = dag.task('a', { upstream: ['c'], retries: -1, retryDelaySeconds: '5' }, () => 1)
  const b = dag.task('b', { upstream: [a], pool: 'small', poolSlots: 2, triggerRule: 'all_succes' }, () => 1)
  dag.task('c', { upstream: [b, 'extrct'], map: [1, () => 1] }, () => 1)
  dag.task('extract', 'code')
  dag.task('extract', () => 1)
  dag.task('not valid', () => 1)
  dag.task('loop', { upstream: ['loop'], executionTimeoutSeconds: 0 }, () => 1)
  dag.container('box', { command: 'ls', args: [1], env: { 'A-B': 'x', DAVIT_RESULT: 'x', N: 5 }, skipOnExitCode: 0 })
  dag.container('tpl', { image: 'x', upstream: ['extract'], env: {
    A: '{{ params.regoin }}', B: '{{ xcom.extrat }}', C: '{{ xcom.box }}', D: '{{ params.region', E: '{{ parms.x }}', F: '{{ xcom.extract.rows }}' } })`
    const options = `dagId: 'd', schedul: 1, schedule: '0 6 * *', params: { region: 'EU', n: 1n }, pools: { small: 1 }, maxActiveTasks: 0, files: ['*.csv'], defaultArgs: { retrys: 1 }`
    const problems = await problemsOf('a.ts', { 'a.ts': define(body, options) })
    expect(
      (problems as string[][])
        .map(
          ([, path, message, hint]) =>
            `${path}: ${message}${hint ? `; ${hint.replace(/relative to \/.*/, 'relative to …')}` : ''}`,
        )
        .sort(),
    ).toEqual(
      [
        'params.n: a bigint is no JSON',
        'schedul: unknown key "schedul"; did you mean "schedule"?',
        'schedule: "0 6 * *" is no schedule; cron has 5 fields (minute hour day month weekday), this has 4',
        'startDate: a DAG with a schedule needs startDate; add startDate: the day of the first run, for instance 2026-01-01',
        'maxActiveTasks: must be at least 1, not 0',
        'files[0]: no file matches "*.csv"; patterns are relative to …',
        'defaultArgs.retrys: unknown key "retrys"; did you mean "retries"?',
        'tasks.a.retries: must be at least 0, not -1',
        'tasks.a.retryDelaySeconds: must be a number, not the text "5"',
        'tasks.a.upstream: the tasks form a cycle: a -> b -> c -> a; remove one of these dependencies',
        'tasks.b.pool: the task takes 2 slots of the pool "small", which has 1: it could never run; take fewer slots, or enlarge the pool',
        'tasks.b.triggerRule: must be one of the trigger rules, not the text "all_succes"; did you mean "all_success"?',
        'tasks.c.map[1]: a function is no JSON',
        'tasks.c.upstream[1]: unknown upstream task "extrct"; did you mean "extract"?',
        "tasks.extract: the task's code is a string, not a function; write dag.task(id, options, async (context) => …)",
        'tasks[4]: duplicate task id "extract": tasks[3] has it; give one of them another id',
        'tasks["not valid"]: "not valid" is no valid id; use letters, digits, dashes, dots and underscores only',
        'tasks.loop.upstream[0]: the task "loop" is upstream of itself; remove it',
        'tasks.loop.executionTimeoutSeconds: must be more than 0, not 0',
        'tasks.box.image: a container task needs an image; for instance "busybox"',
        'tasks.box.command: must be a list, not the text "ls"; write ["sh", "-c", "ls"]',
        'tasks.box.args[0]: must be text, not the number 1; put it in quotes: "1"',
        'tasks.box.env.A-B: "A-B" is no name for an environment variable; use letters, digits and _',
        "tasks.box.env.DAVIT_RESULT: DAVIT_RESULT is a name of Davit's own; use a name that does not begin with DAVIT_",
        'tasks.box.env.N: must be text, not the number 5; put it in quotes: "5"',
        'tasks.box.skipOnExitCode: must be at least 1, not 0',
        'tasks.tpl.env.A: there is no param "regoin"; did you mean "region"?',
        'tasks.tpl.env.B: unknown task "extrat"; did you mean "extract"?',
        'tasks.tpl.env.C: the task "box" is not upstream of "tpl": its result may not be there yet; add "box" to upstream',
        'tasks.tpl.env.D: the template is wrong: output "{{ params.region" not closed, column 1; templates are Liquid: {{ params.name }}',
        'tasks.tpl.env.E: the template names "parms"; did you mean "params"?',
      ].sort(),
    )
  })

  it('include those of overrides and templates, inherited ones once', async () => {
    const body = `
  dag.task('a', { executorConfig: { podOverride: { spec: { nodeSelectr: {}, containers: [{ name: 'base', command: ['x'], env: [{ name: 'DAVIT_X' }] }] } } } }, () => 1)
  dag.container('b', { image: 'x', executorConfig: { podTemplateFil: 'x', podTemplateFile: 'nope.yaml' } })
  dag.task('c', () => 1)
  dag.task('d', () => 1)`
    const options = `dagId: 'd', defaultArgs: { executorConfig: { podTemplateFile: 'pod.yaml' }, pool: 'x' }`
    const files = {
      'a.ts': define(body, options),
      'pod.yaml': 'kind: Pod\nspec:\n  containers:\n  - name: base\n    imag: x\n',
    }
    const problems = await problemsOf('a.ts', files)
    expect(placesOf(problems)).toEqual([
      ['a.ts', 'defaultArgs.pool', 'there is no pool "x"'],
      ['a.ts', 'tasks.a.executorConfig.podOverride.spec.nodeSelectr', 'unknown field'],
      ['a.ts', 'tasks.a.executorConfig.podOverride.spec.containers[0].env[0].name', "DAVIT_X is a name of Davit's own"],
      [
        'a.ts',
        'tasks.a.executorConfig.podOverride.spec.containers[0].command',
        "the command of a function task is Davit's own",
      ],
      ['a.ts', 'tasks.b.executorConfig.podTemplateFil', 'unknown key "podTemplateFil"'],
      ['a.ts', 'tasks.b.executorConfig.podTemplateFile', expect.stringMatching(/^there is no file \/.*nope\.yaml$/)],
      ['pod.yaml', 'spec.containers[0].imag', 'unknown field (line 5)'],
    ])
  })

  it('include those of patches, and what would take the task itself out of its pod', async () => {
    const patch = (containers: string) => `{ podPatch: { spec: { containers: [${containers}] } } }`
    const own = (taskId: string, containers: string) =>
      `dag.task('${taskId}', { executorConfig: ${patch(containers)} }, () => 1)`
    const body = [
      own('fields', `{ name: 'base', imag: 'x', env: [{ name: 'DAVIT_X', $patch: 'delete' }] }, { image: 'x' }`),
      own('gone', `{ name: 'base', $patch: 'delete' }`),
      own('env', `{ name: 'base', env: [{ $patch: 'replace' }, { name: 'A' }] }`),
      own('command', `{ name: 'base', command: null }`),
      `dag.container('list', { image: 'x', executorConfig: { podPatch: [] } })`,
      `dag.container('fine', { image: 'x', executorConfig: ${patch(`{ name: 'base', command: ['x'], tty: false }`)} })`,
    ].join('\n')
    const at = (taskId: string) => `tasks.${taskId}.executorConfig.podPatch`
    expect(placesOf(await problemsOf('a.ts', { 'a.ts': define(body) }))).toEqual([
      ['a.ts', `${at('fields')}.spec.containers[0].imag`, 'unknown field'],
      ['a.ts', `${at('fields')}.spec.containers[1]`, 'has no name, by which the items of this list are told apart'],
      ['a.ts', `${at('fields')}.spec.containers[0].env[0].name`, "DAVIT_X is a name of Davit's own"],
      ['a.ts', `${at('gone')}.spec.containers`, "takes away the container base, which is the task's own"],
      ['a.ts', `${at('env')}.spec.containers`, "takes away variables that are Davit's own"],
      ['a.ts', `${at('command')}.spec.containers`, "changes the command of a function task, which is Davit's own"],
      ['a.ts', at('list'), 'must be a patch of a pod, not a list'],
    ])
  })

  it.each([
    ['no tasks', define(''), 'tasks', 'the DAG has no tasks'],
    ['no id', define(`dag.task('a', () => 1)`, ''), 'dagId', 'the DAG has no dagId'],
    [
      'an id of 251 letters',
      define(`dag.task('a', () => 1)`, `dagId: 'x'.repeat(251)`),
      'dagId',
      'the id has 251 characters',
    ],
    [
      'a task id that is no text',
      define(`dag.task(7, () => 1)`),
      'tasks[0]',
      "the task's id must be text, not the number 7",
    ],
    [
      'options that are none',
      define(`dag.task('a', 5, () => 1)`),
      'tasks.a',
      'the options must be an object, not the number 5',
    ],
    [
      'an upstream that is no list',
      define(`const a = dag.task('a', () => 1); dag.task('b', { upstream: a }, () => 1)`),
      'tasks.b.upstream',
      'must be a list, not the text "a"',
    ],
    [
      'a task of another DAG',
      `${define(`dag.task('a', { upstream: [other] }, () => 1)\ndag.task('x', () => 1)`).replace('export', `let other; defineDag({ dagId: 'o' }, (dag) => { other = dag.task('x', () => 1) });export`)}`,
      'tasks.a.upstream[0]',
      'the task "x" belongs to another DAG',
    ],
  ])('%s', async (_what, text, path, message) => {
    expect(placesOf(await problemsOf('a.ts', { 'a.ts': text }))).toEqual([['a.ts', path, message]])
  })

  it('take ids of every script', async () => {
    const dag = await load('a.ts', { 'a.ts': define(`dag.task('größe_1.a-b', () => 1)\ndag.task('数据', () => 1)`) })
    expect(dag.spec.tasks.map(({ taskId }) => taskId)).toEqual(['größe_1.a-b', '数据'])
  })

  it('are warnings where the DAG can run all the same', async () => {
    const body = `dag.container('a', { image: 'x', command: ['/bin/bash', '-ec', 'echo {{ params.region }}'], env: { M: '{{ map_item }}' } })
  dag.container('b', { image: 'x', command: ['echo', '{{ params.region }}'] })`
    const dag = await load('a.ts', { 'a.ts': define(body, `dagId: 'd', params: { region: 'EU' }`) })
    expect(dag.warnings.map(({ path, message }) => [path, message])).toEqual([
      ['tasks.a.command[2]', 'a template inside the text of a shell: quotes or $ in the value change the command'],
      ['tasks.a.env.M', 'map_item is nothing here: the task is not mapped'],
    ])
  })
})
