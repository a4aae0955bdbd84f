import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runDavit } from '../support/run-davit.ts'

const folder = mkdtempSync(join(tmpdir(), 'davit-wrong-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
/** Writes a DAG file and runs it with `--json`. */
async function run(text: string, { extension = 'yaml', args = [] as string[] } = {}) {
  const file = `dag-${files++}.${extension}`
  writeFileSync(join(folder, file), text)
  const ended = await runDavit(['run', file, '--json', ...args], { cwd: folder })
  return { ...ended, file, json: ended.json }
}

const good = `
dag_id: good
params: { region: EU, limit: 3 }
tasks:
  - task_id: hello
    image: busybox
    command: ["true"]
`

describe('davit run with wrong input', () => {
  it('reports all problems of a YAML file at once, each with its place and what to do', async () => {
    const { exitCode, json, stderr, file } = await run(`
dag_id: bad
schedle: "@daily"
tasks:
  - task_id: a
    image: busybox
    command: ["true"]
    upstream: [c]
  - task_id: b
    image: busybox
    command: ["true"]
    upstream: [a]
  - task_id: c
    image: busybox
    command: ["true"]
    upstream: [b, extrct]
  - task_id: extract
    image: busybox
    command: ["true"]
    trigger_rule: all_sucess
  - task_id: extract
    image: busybox
    command: ["true"]
`)
    expect(exitCode).toBe(2)
    const { problems = [] } = json.error ?? {}
    const said = problems.map(({ path, message, hint }) => `${path}: ${message} ${hint ?? ''}`).join('\n')
    expect(problems.every((problem) => problem.file === file)).toBe(true)
    expect(said).toMatch(/schedle.*schedule/)
    expect(said).toMatch(/extrct.*extract/)
    expect(said).toMatch(/all_sucess.*all_success/)
    expect(said).toMatch(/cycle: a -> b -> c -> a/)
    expect(said).toMatch(/duplicate task id "extract"/)
    expect(stderr).not.toContain('    at ')
  })

  it.each([
    ['an unknown param', ['--param', 'regio=US'], '--param', /regio.*region/],
    ['a param of the wrong type', ['--param', 'limit=many'], '--param', /limit/],
    ['a param without a value', ['--param', 'region'], '--param', /region/],
    ['a wrong date', ['--logical-date', 'soon'], '--logical-date', /soon/],
    ['a wrong number', ['--task-concurrency', '-1'], '--task-concurrency', /-1/],
  ])('refuses %s', async (_, args, path, message) => {
    const { exitCode, json } = await run(good, { args })
    expect(exitCode).toBe(2)
    const [problem] = json.error?.problems ?? []
    expect(problem?.path).toBe(path)
    expect(`${problem?.message} ${problem?.hint}`).toMatch(message)
  })

  it('reports ten mistakes of Airflow’s variables and of options at once', async () => {
    const wrong = {
      NAMESPACE: 'No_Name',
      POD_CREATION_MAX_CONCURRENCY: 'many',
      DELETE_WORKER_PODS: 'perhaps',
      RESYNC_SECONDS: '0',
      POD_MERGE: 'anyhow',
      FATAL_REASON_GRACE_SECONDS: '[]',
      NAMESPCE: 'x',
      DEPLOYMENT: 'Not A Name',
    }
    const env = Object.fromEntries(
      Object.entries(wrong).map(([name, value]) => [`AIRFLOW__KUBERNETES_EXECUTOR__${name}`, value]),
    )
    writeFileSync(join(folder, 'good.yaml'), good)
    const args = ['run', 'good.yaml', '--json', '--task-concurrency', 'no', '--param', 'x=1']
    const { exitCode, json } = await runDavit(args, { cwd: folder, env: { ...process.env, ...env } })
    expect(exitCode).toBe(2)
    expect(json.error?.problems.map(({ path }) => path).sort()).toEqual(
      [...Object.keys(env), '--param', '--task-concurrency'].sort(),
    )
  })

  it('reports options and params together', async () => {
    const { json } = await run(good, { args: ['--param', 'x=1', '--logical-date', 'soon', '--task-concurrency', 'no'] })
    expect(json.error?.problems.map(({ path }) => path).sort()).toEqual([
      '--logical-date',
      '--param',
      '--task-concurrency',
    ])
  })

  it.each([
    ['a file that is not there', 'nowhere.yaml'],
    ['a folder', '.'],
  ])('refuses %s', async (_, file) => {
    const { exitCode, json, stderr } = await runDavit(['run', file, '--json'], { cwd: folder })
    expect(exitCode).toBe(2)
    expect(json.error?.message).toBeTruthy()
    expect(stderr).not.toContain('    at ')
  })

  it('refuses an unknown option with the nearest one, as JSON too', async () => {
    const { exitCode, json } = await run(good, { args: ['--parm', 'region=US'] })
    expect(exitCode).toBe(2)
    expect(json.error?.message).toContain('--param')
  })

  it('names file and line of a TypeScript file that cannot be read', async () => {
    const { exitCode, json, file } = await run(
      `import { defineDag } from '@davit/workflows'\nexport default defineDag({ dagId: 'x' }, (dag) => {\n  dag.task('a', async () => {{ return 1 })\n})\n`,
      { extension: 'ts' },
    )
    expect(exitCode).toBe(2)
    expect(json.error?.problems[0]?.file).toBe(file)
    expect(JSON.stringify(json.error?.problems[0])).toMatch(/3/)
  })

  it('names the line of a TypeScript file that throws, and of nothing of ours', async () => {
    const { exitCode, json, stderr } = await run(
      `import { defineDag } from '@davit/workflows'\nconst settings: any = undefined\nexport default defineDag({ dagId: settings.name }, () => {})\n`,
      { extension: 'ts' },
    )
    expect(exitCode).toBe(2)
    expect(json.error?.problems[0]?.message).toMatch(/line 3,/)
    expect(stderr).not.toContain('    at ')
  })

  it('refuses a pod override that Kubernetes would not know, and a template that is not there', async () => {
    const { exitCode, json } = await run(`
dag_id: pods
tasks:
  - task_id: a
    image: busybox
    command: ["true"]
    executor_config:
      pod_override: { spec: { containers: [{ name: base, imagePullPolcy: Never }] } }
  - task_id: b
    image: busybox
    command: ["true"]
    executor_config: { pod_template_file: nowhere.yaml }
`)
    expect(exitCode).toBe(2)
    const said = JSON.stringify(json.error?.problems)
    expect(said).toMatch(/imagePullPolcy/)
    expect(said).toMatch(/nowhere\.yaml/)
  })

  it('refuses a pod override into a namespace that nobody watches', async () => {
    const { exitCode, json } = await run(`
dag_id: away
tasks:
  - task_id: a
    image: busybox
    command: ["true"]
    executor_config: { pod_override: { metadata: { namespace: elsewhere } } }
`)
    expect(exitCode).toBe(2)
    expect(json.error?.problems).toEqual([
      { file: expect.stringMatching(/\.yaml$/), path: 'tasks.a', message: expect.stringMatching(/elsewhere.*default/) },
    ])
  })

  it('refuses a template in a task that cannot be rendered', async () => {
    const { exitCode, json } = await run(`
dag_id: templates
tasks:
  - task_id: a
    image: busybox
    command: ["echo", "{{ params.nothing }}"]
  - task_id: b
    image: busybox
    command: ["echo", "{{ xcom.a "]
`)
    expect(exitCode).toBe(2)
    const said = json.error?.problems.map(({ path, message }) => `${path} ${message}`).join('\n')
    expect(said).toMatch(/a.*nothing/)
    expect(said).toMatch(/tasks.*1.*command|b.*command/)
  })

  it("needs --task-api-url for function tasks on a cluster of one's own", async () => {
    writeFileSync(join(folder, 'kubeconfig'), kubeconfig('https://127.0.0.1:1'))
    const { exitCode, json } = await run(
      `import { defineDag } from '@davit/workflows'\nexport default defineDag({ dagId: 'x' }, (dag) => { dag.task('a', async () => 1) })\n`,
      { extension: 'ts', args: ['--kubeconfig', 'kubeconfig'] },
    )
    expect(exitCode).toBe(2)
    expect(json.error?.problems.map(({ path }) => path)).toEqual(['--task-api-url'])
  })

  it('refuses an address of the task API that this machine does not have', async () => {
    // RFC 5737: of no machine.
    const args = ['--task-api-listen', '192.0.2.1:8801', '--task-api-url', 'https://192.0.2.1:8801']
    const { exitCode, json } = await run(
      `import { defineDag } from '@davit/workflows'\nexport default defineDag({ dagId: 'x' }, (dag) => { dag.task('a', async () => 1) })\n`,
      { extension: 'ts', args },
    )
    expect([exitCode, json.error?.code]).toEqual([2, 'TASK_API_LISTEN'])
    expect(json.error?.message).toMatch(/192\.0\.2\.1:8801.*EADDRNOTAVAIL/)
  })

  it('says in one line that a cluster cannot be reached, with address and cause', async () => {
    writeFileSync(join(folder, 'kubeconfig'), kubeconfig('https://127.0.0.1:1'))
    const { exitCode, json } = await run(good, { args: ['--kubeconfig', 'kubeconfig'] })
    expect(exitCode).toBe(2)
    expect(json.error?.message).toMatch(/127\.0\.0\.1:1.*ECONNREFUSED/)
    expect(json.error?.message).not.toContain('\n')
  })

  it('says that PostgreSQL comes later', async () => {
    const { exitCode, json } = await run(good, { args: ['--database', 'postgres://u:secret@h/d'] })
    expect(exitCode).toBe(2)
    expect(json.error?.problems[0]).toMatchObject({
      path: '--database',
      message: expect.stringContaining('PostgreSQL'),
    })
    expect(JSON.stringify(json)).not.toContain('secret')
  })

  it.each([
    ['in a folder that is not there', 'nowhere/davit.db'],
    ['that is no database', 'dag-0.yaml'],
  ])('refuses a database %s', async (_, database) => {
    const { exitCode, json, stderr } = await run(good, { args: ['--database', database] })
    expect(exitCode).toBe(2)
    expect(json.error?.message).toContain(database.split('/').at(-1))
    expect(stderr).not.toContain('    at ')
  })

  it('prints problems for people without --json', async () => {
    writeFileSync(join(folder, 'people.yaml'), 'dag_id: x\ntasks: []\n')
    const { exitCode, stdout, stderr } = await runDavit(['run', 'people.yaml'], { cwd: folder })
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/people\.yaml: .*tasks/)
  })
})

function kubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
    clusters: [{ name: 'here', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'me', user: { token: 'abc' } }],
  })
}
