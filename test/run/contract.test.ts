import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runDavit } from '../support/run-davit.ts'

const folder = mkdtempSync(join(tmpdir(), 'davit-contract-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
async function run(text: string, { extension = 'yaml', args = [] as string[] } = {}) {
  const file = join(folder, `dag-${files++}.${extension}`)
  writeFileSync(file, text)
  const ended = await runDavit(['run', file, '--json', ...args], { cwd: folder })
  const { json } = ended
  const task = (taskId: string, mapIndex = -1) =>
    json.tasks.find((one) => one.taskId === taskId && one.mapIndex === mapIndex)
  const states = Object.fromEntries(
    json.tasks?.map((one) => [one.mapIndex < 0 ? one.taskId : `${one.taskId}[${one.mapIndex}]`, one.state]) ?? [],
  )
  return { ...ended, json, task, states }
}

const nasty = 'a "b" \'c\' $HOME $(HOSTNAME) $$ `ls` ; \n second line \\n é 漢字 🚢 {{ x }}'

describe('davit run', () => {
  it('puts pods where it is told to, also on the embedded cluster', async () => {
    const { exitCode, states, stderr } = await run(
      `
dag_id: elsewhere
tasks:
  - { task_id: here, image: busybox, command: ["true"] }
  - task_id: there
    image: busybox
    command: ["true"]
    executor_config: { pod_override: { metadata: { namespace: team-b } } }
`,
      { args: ['--namespace', 'team-a', '--namespace', 'team-b'] },
    )
    expect([exitCode, states], stderr).toEqual([0, { here: 'success', there: 'success' }])
  })

  it('fails with exit 1, says why, and goes on as trigger rules say', async () => {
    const { exitCode, json, states, task } = await run(`
dag_id: failing
tasks:
  - task_id: ok
    image: busybox
    command: ["true"]
  - task_id: exits
    image: busybox
    command: ["sh", "-c", "echo last words; exit 3"]
    retries: 1
    retry_delay_seconds: 0
  - task_id: after_failure
    upstream: [exits]
    image: busybox
    command: ["true"]
  - task_id: cleanup
    upstream: [exits, ok]
    trigger_rule: all_done
    image: busybox
    command: ["true"]
  - task_id: signalled
    image: busybox
    command: ["sh", "-c", "sh -c 'kill -SEGV $$$$'; exit $?"]
  - task_id: missing_image
    image: missing/image:1
    command: ["true"]
  - task_id: missing_command
    image: busybox
    command: ["no-such-program"]
  - task_id: no_json
    image: busybox
    command: ["sh", "-c", "echo not json > $DAVIT_RESULT"]
  - task_id: too_long
    image: busybox
    command: ["sh", "-c", "head -c 5000 /dev/zero | tr '\\\\0' 1 > $DAVIT_RESULT"]
  - task_id: skipped
    image: busybox
    command: ["sh", "-c", "exit 99"]
    skip_on_exit_code: [99]
`)
    expect([exitCode, json.state]).toEqual([1, 'failed'])
    expect(states).toEqual({
      ok: 'success',
      exits: 'failed',
      after_failure: 'upstream_failed',
      cleanup: 'success',
      signalled: 'failed',
      missing_image: 'failed',
      missing_command: 'failed',
      no_json: 'failed',
      too_long: 'failed',
      skipped: 'skipped',
    })
    expect(task('exits')?.tryNumber).toBe(2)
    expect(task('exits')?.failure).toMatchObject({ class: 'user', evidence: expect.stringContaining('exitCode=3') })
    expect(task('signalled')?.failure?.class).toBe('user')
    expect(task('signalled')?.failure?.evidence).toMatch(/139|signal=11/)
    expect(task('missing_image')?.failure).toMatchObject({
      class: 'config',
      evidence: expect.stringMatching(/ErrImagePull/),
    })
    expect(task('missing_command')?.failure?.class).toBe('config')
    expect(task('no_json')?.failure?.class).toBe('config')
    expect(task('too_long')?.failure?.class).toBe('config')
    expect(task('after_failure')).toMatchObject({ tryNumber: 0, podName: null, durationMs: null })
    for (const failed of ['exits', 'signalled', 'missing_image', 'missing_command', 'no_json', 'too_long']) {
      const { failure, logPath } = task(failed) ?? {}
      expect(readFileSync(logPath ?? '', 'utf8'), failed).toContain(failure?.message)
    }
    expect(readFileSync(task('exits')?.logPath ?? '', 'utf8')).toContain('last words')
  })

  it('passes params with quotes, newlines, $ and unicode unchanged, to containers and to functions', async () => {
    const { exitCode, task, stderr } = await run(
      `import { defineDag } from '@davit/workflows'
export default defineDag({ dagId: 'nasty', params: { text: 'x' } }, (dag) => {
  const fn = dag.task('fn', async ({ params }) => params.text)
  dag.container('env', { upstream: [fn], image: 'busybox', command: ['node', '-e', 'require("fs").writeFileSync(process.env.DAVIT_RESULT, JSON.stringify([process.env.P, process.env.X, process.argv[1]]))', '{{ params.text }}'],
    env: { P: '{{ params.text }}', X: '{{ xcom.fn }}' } })
})`,
      { extension: 'ts', args: ['--param', `text=${nasty}`] },
    )
    expect(exitCode, stderr).toBe(0)
    expect(task('fn')?.result).toBe(nasty)
    expect(task('env')?.result).toEqual([nasty, nasty, nasty])
  })

  it('maps over a list and over a result, in order; nothing to map over is one skipped instance', async () => {
    const { exitCode, json, states, task, stderr } = await run(
      `import { defineDag } from '@davit/workflows'
export default defineDag({ dagId: 'mapped' }, (dag) => {
  const list = dag.task('list', async () => ['a', 'b', 'c'])
  const each = dag.task('each', { map: list }, async ({ mapItem, mapIndex }) => String(mapItem) + mapIndex)
  dag.task('fixed', { map: [10, 20] }, async ({ mapItem }) => Number(mapItem) * 2)
  const none = dag.task('none', async () => [])
  const nothing = dag.task('nothing', { map: none }, async () => 1)
  dag.task('after_nothing', { upstream: [nothing] }, async () => 1)
  dag.task('all', { upstream: [each] }, async ({ xcom }) => xcom.pull(each))
})`,
      { extension: 'ts' },
    )
    expect([exitCode, json.state], stderr).toEqual([0, 'success'])
    expect(states).toEqual({
      list: 'success',
      'each[0]': 'success',
      'each[1]': 'success',
      'each[2]': 'success',
      'fixed[0]': 'success',
      'fixed[1]': 'success',
      none: 'success',
      nothing: 'skipped',
      after_nothing: 'skipped',
      all: 'success',
    })
    expect(task('all')?.result).toEqual(['a0', 'b1', 'c2'])
    expect(task('fixed', 1)?.result).toBe(40)
  })

  it('fails the task whose result cannot be mapped over', async () => {
    const { exitCode, states, task } = await run(
      `import { defineDag } from '@davit/workflows'
export default defineDag({ dagId: 'unmappable' }, (dag) => {
  const list = dag.task('list', async () => ({ rows: 3 }))
  dag.task('each', { map: list }, async () => 1)
})`,
      { extension: 'ts' },
    )
    expect(exitCode).toBe(1)
    expect(states).toEqual({ list: 'failed', each: 'upstream_failed' })
    expect(task('list')?.failure?.message).toMatch(/array/)
  })

  it('tells function tasks who they are, and keeps what they log', async () => {
    const { json, task, exitCode, stderr } = await run(
      `import { defineDag, SkipTask } from '@davit/workflows'
export default defineDag({ dagId: 'context', params: { n: 1, flag: false, list: [1] } }, (dag) => {
  const who = dag.task('who', { retries: 1, retryDelaySeconds: 0 }, async (c) => {
    if (c.tryNumber === 1) throw new TypeError('first try')
    c.log.info('hello from the task'); console.log('and from the console')
    return { dagId: c.dagId, taskId: c.taskId, runId: c.runId, tryNumber: c.tryNumber, mapIndex: c.mapIndex, mapItem: c.mapItem ?? null, logicalDate: c.logicalDate, params: c.params, files: c.files, aborted: c.signal.aborted }
  })
  dag.task('skips', async () => { throw new SkipTask('nothing to do') })
  dag.task('empty', async () => {})
  dag.task('after', { upstream: [who, 'empty'] }, async ({ xcom }) => [await xcom.pull('empty'), (await xcom.pull(who)) !== null])
  dag.task('slow', { executionTimeoutSeconds: 1 }, async ({ signal }) => { await new Promise((resolve) => signal.addEventListener('abort', resolve)); return 1 })
  dag.task('not_json', async () => 10n as never)
})`,
      {
        extension: 'ts',
        args: ['--logical-date', '2026-02-03', '--param', 'n=7', '--param', 'flag=true', '--param', 'list=[2,3]'],
      },
    )
    expect([exitCode, json.runId], stderr).toEqual([1, 'manual__2026-02-03T00:00:00+00:00'])
    expect(task('who')?.result).toEqual({
      dagId: 'context',
      taskId: 'who',
      runId: json.runId,
      tryNumber: 2,
      mapIndex: -1,
      mapItem: null,
      logicalDate: '2026-02-03T00:00:00+00:00',
      params: { n: 7, flag: true, list: [2, 3] },
      files: [],
      aborted: false,
    })
    const log = readFileSync(task('who')?.logPath ?? '', 'utf8')
    expect(log).toContain('hello from the task')
    expect(log).toContain('and from the console')
    expect(task('skips')?.state).toBe('skipped')
    expect(task('empty')).not.toHaveProperty('result')
    expect(task('after')?.result).toEqual([null, true])
    expect(task('slow')).toMatchObject({ state: 'failed', failure: { class: 'deadline' } })
    expect(task('not_json')).toMatchObject({ state: 'failed', failure: { class: 'config' } })
  })

  it('keeps runs in a database file', async () => {
    const text = `dag_id: kept\ntasks: [{ task_id: a, image: busybox, command: ["true"] }]\n`
    const first = await run(text, { args: ['--database', 'kept.db', '--logical-date', '2026-01-01'] })
    const second = await run(text, { args: ['--database', 'sqlite:kept.db', '--logical-date', '2026-01-02'] })
    expect([first.exitCode, second.exitCode]).toEqual([0, 0])
    expect(first.task('a')?.podName).not.toBe(second.task('a')?.podName)
  })
})
