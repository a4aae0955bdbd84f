import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { davit } from '../../src/cli/davit.ts'
import { fakeIo } from '../support/fake-io.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'davit-cli-'))
  await writeFile(join(cwd, 'empty.yaml'), 'dag_id: x\ntasks: []\n')
  await writeFile(
    join(cwd, 'pods.yaml'),
    'dag_id: pods\nparams: { who: me }\ntasks:\n  - { task_id: a, image: busybox, command: ["echo", "{{ params.who }}"] }\n  - { task_id: b, image: busybox, command: ["echo"], env: { A: "{{ xcom.a }}" }, upstream: [a] }\n',
  )
})
afterAll(() => rm(cwd, { recursive: true }))

async function run(...argv: string[]) {
  const { io, written } = fakeIo({ cwd })
  const exitCode = await davit(argv, io)
  return { exitCode, ...written }
}

describe('the command line', () => {
  it('helps with exit 0 when it is asked, and with exit 2 when nothing is', async () => {
    const asked = await run('--help')
    expect([asked.exitCode, asked.stderr]).toEqual([0, ''])
    expect(asked.stdout).toMatch(/run .*FILE|run \[options\] <file>/)
    const nothing = await run()
    expect([nothing.exitCode, nothing.stdout]).toEqual([2, ''])
    expect(nothing.stderr).toBe(asked.stdout)
  })

  it.each([
    [['rnu', 'x.yaml'], /unknown command 'rnu'.*run/s],
    [['run'], /missing required argument 'file'/],
    [['run', 'x.yaml', '--parm', 'a=b'], /unknown option '--parm'.*--param/s],
    [['devcluster', '--port', 'http'], /--port: not a port: "http"/],
    [['pods', 'list'], /--kubeconfig: no cluster is named/],
    [['pods', 'cleanup', '--context', 'c', '--min-pending-minutes', 'x'], /--min-pending-minutes: not a whole number/],
    [
      ['pods', 'cleanup', '--min-completed-minutes', '-1'],
      /--min-completed-minutes: not a whole number.*--kubeconfig/s,
    ],
    [['pods', 'cleanup', '--context', 'c', '--forget-outcomes'], /--forget-outcomes: needs --deployment/],
  ])('answers %j with exit 2 and what is wrong', async (argv, message) => {
    const { exitCode, stdout, stderr } = await run(...argv)
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('    at ')
  })

  it('says the same as one JSON object with --json, and nothing else', async () => {
    const { exitCode, stdout, stderr } = await run('run', '--json')
    expect([exitCode, stderr]).toEqual([2, ''])
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'USAGE', message: "missing required argument 'file'", problems: [] },
    })
  })

  it('lists the problems of a file, each on a line', async () => {
    const { exitCode, stdout, stderr } = await run('run', 'empty.yaml')
    expect([exitCode, stdout]).toEqual([2, ''])
    const [first, ...problems] = stderr.trimEnd().split('\n')
    expect(first).toMatch(/^davit: /)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^ {2}empty\.yaml: tasks: /)
  })
})

describe('davit pods render', () => {
  it('prints each pod as YAML; what only a run knows stays as it was written', async () => {
    const { exitCode, stdout } = await run('pods', 'render', 'pods.yaml', '--param', 'who=you')
    expect(exitCode).toBe(0)
    expect(stdout.match(/^---$/gm)).toHaveLength(2)
    expect(stdout).toMatch(/- echo\n\s+- you\n/)
    expect(stdout).toContain('"{{ xcom.a }}"')
  })

  it('prints one task as JSON', async () => {
    const { stdout } = await run('pods', 'render', 'pods.yaml', '--task', 'b', '--json')
    const { pods } = JSON.parse(stdout)
    expect(pods).toHaveLength(1)
    expect(pods[0]).toMatchObject({
      kind: 'Pod',
      metadata: { labels: { task_id: 'b' } },
      spec: { restartPolicy: 'Never' },
    })
  })

  it('shows what the template, the override and the patch make together', async () => {
    await writeFile(
      join(cwd, 'layers.yaml'),
      `dag_id: layers
tasks:
  - task_id: a
    image: busybox
    env: { A: "1", B: "2" }
    executor_config:
      pod_override: { spec: { hostNetwork: true, containers: [{ name: base, tty: true }] } }
      pod_patch:
        spec: { hostNetwork: false, containers: [{ name: base, tty: false, env: [{ name: A, $patch: delete }] }] }
`,
    )
    const { exitCode, stdout } = await run('pods', 'render', 'layers.yaml', '--json')
    expect(exitCode).toBe(0)
    const { spec } = JSON.parse(stdout).pods[0]
    expect(spec).toMatchObject({ hostNetwork: false, containers: [{ name: 'base', tty: false }] })
    const names = spec.containers[0].env.map(({ name }: { name: string }) => name)
    expect(names).toContain('B')
    expect(names).not.toContain('A')
  })

  it('generate-dag-yaml: writes a file for each task under Airflow’s names, and prints their folder', async () => {
    await writeFile(
      join(cwd, 'mapped.yaml'),
      'dag_id: sales.eu\ntasks:\n  - { task_id: a, image: busybox }\n  - { task_id: b, image: busybox, map: [x, y] }\n',
    )
    const args = ['pods', 'render', 'mapped.yaml', '--logical-date', '2020-11-03', '--output-path', 'new/out']
    const { exitCode, stdout, stderr } = await run(...args)
    const folder = join(cwd, 'new/out/airflow_yaml_output')
    expect([exitCode, stdout, stderr]).toEqual([0, `${folder}\n`, ''])
    const label = '2020-11-03T00_00_00_plus_00_00'
    const files = [`sales.eu_a_${label}.yml`, `sales.eu_b_0_${label}.yml`, `sales.eu_b_1_${label}.yml`]
    expect((await readdir(folder)).toSorted()).toEqual(files)
    const pod = parse(await readFile(join(folder, files[2] ?? ''), 'utf8'))
    expect(pod).toMatchObject({ kind: 'Pod', metadata: { annotations: { task_id: 'b', map_index: '1' } } })
    expect(JSON.parse((await run(...args, '--json')).stdout)).toEqual({ folder, files })
  })

  it('generate-dag-yaml: says why a folder cannot be made', async () => {
    const { exitCode, stderr } = await run('pods', 'render', 'pods.yaml', '--output-path', 'pods.yaml/x')
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('ENOTDIR')])
  })

  it('names the nearest task', async () => {
    const { exitCode, stderr } = await run('pods', 'render', 'pods.yaml', '--task', 'c')
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/--task: no task "c"/)
  })

  it('says which task has a pod that cannot be built', async () => {
    await writeFile(
      join(cwd, 'elsewhere.yaml'),
      'dag_id: pods\ntasks:\n  - { task_id: a, image: busybox, executor_config: { pod_override: { metadata: { namespace: other } } } }\n',
    )
    const { exitCode, stdout, stderr } = await run('pods', 'render', 'elsewhere.yaml')
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(
      /^davit: cannot render the pods\n {2}elsewhere\.yaml: tasks\.a: metadata\.namespace: "other" is not watched/,
    )
  })
})
