import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { davitOn } from '../support/davit-on.ts'
import { eventually } from '../support/eventually.ts'
import { type StoredPod, untilPhase } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { type RunJson, runDavit, startDavit } from '../support/run-davit.ts'

/** What became of each task: its state and try, and its result, or the class and evidence of its failure. */
function outcomes({ tasks }: RunJson): unknown[] {
  return tasks.map(({ taskId, mapIndex, state, tryNumber, result, failure }) => [
    mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`,
    state,
    tryNumber,
    ...(result === undefined ? [] : [result]),
    ...(failure === undefined ? [] : [`${failure.class} ${failure.evidence}`]),
  ])
}

async function logOf({ tasks }: RunJson, taskId: string): Promise<string> {
  return await readFile(tasks.find((task) => task.taskId === taskId)?.logPath ?? '', 'utf8')
}

const podsOf = async (api: RawApi, namespace: string) =>
  (await api.get<{ items: StoredPod[] }>(podsPath(namespace))).body.items

const terminated = 'status.containerStatuses[0].state.terminated'

const containers = `dag_id: containers
tasks:
  - task_id: rows
    image: busybox:1
    command: ["sh", "-c", "echo counting; echo '{\\"rows\\": 3}' > $DAVIT_RESULT"]
  - task_id: twice
    upstream: [rows]
    image: busybox:1
    command: ["sh", "-c", "echo $((ROWS * 2)) > $DAVIT_RESULT"]
    env: { ROWS: "{{ xcom.rows.rows }}" }
  - task_id: each
    map: [a, b]
    image: busybox:1
    command: ["sh", "-c", "printf '\\"%s\\"' $ITEM > $DAVIT_RESULT"]
    env: { ITEM: "{{ map_item }}" }
  - task_id: no_json
    image: busybox:1
    command: ["sh", "-c", "echo three > $DAVIT_RESULT"]
  - task_id: too_long
    image: busybox:1
    command: ["sh", "-c", "printf '%5000s' 1 > $DAVIT_RESULT"]
  - task_id: skipped
    image: busybox:1
    command: ["sh", "-c", "exit 99"]
    skip_on_exit_code: [99]
  - task_id: after_skipped
    upstream: [skipped]
    image: busybox:1
    command: ["true"]
  - task_id: again
    retries: 1
    retry_delay_seconds: 0
    image: busybox:1
    command: ["sh", "-c", "echo trying; exit 5"]
  - task_id: after_again
    upstream: [again]
    image: busybox:1
    command: ["true"]
  - task_id: no_image
    image: missing/image:1
    command: ["true"]
  - task_id: no_command
    image: busybox:1
    command: ["nonsense"]
  - task_id: too_slow
    execution_timeout_seconds: 1
    image: busybox:1
    command: ["sleep", "60"]
`

const functions = `import { readFile } from 'node:fs/promises'
import { defineDag, SkipTask } from '@davit/workflows'

export default defineDag({ dagId: 'functions', params: { region: 'EU' }, files: ['data.csv'] }, (dag) => {
  const extract = dag.task('extract', async ({ params, files, log }) => {
    log.info('reading ' + params.region)
    console.log('and printing')
    return { region: params.region, lines: (await readFile(files[0], 'utf8')).trimEnd().split('\\n').length }
  })
  const double = dag.task('double', { map: [1, 2, 3] }, async ({ mapItem }) => Number(mapItem) * 2)
  dag.task('sum', { upstream: [extract, double] }, async ({ xcom }) => {
    const { lines } = (await xcom.pull(extract)) ?? { lines: 0 }
    return ((await xcom.pull(double)) ?? []).reduce((a, b) => a + b, lines)
  })
  dag.task('throws', async () => {
    throw new RangeError('too far')
  })
  dag.task('skips', async () => {
    throw new SkipTask('nothing to do')
  })
  dag.task('second_try', { retries: 1, retryDelaySeconds: 0 }, async ({ tryNumber }) => {
    if (tryNumber === 1) throw new Error('not yet')
    return tryNumber
  })
  dag.task('exits', async () => process.exit(7))
  dag.task('too_slow', { executionTimeoutSeconds: 1 }, () => new Promise(() => {}))
  dag.task('long', async () => 'x'.repeat(100_000))
  dag.task('too_long', async () => 'x'.repeat(2_000_000))
})
`

conformance('davit run with containers', { runtime: 'process' }, (it) => {
  it('tells what became of each', { timeout: 120_000 }, async ({ api, backend, namespace }) => {
    await using site = await davitOn(backend, namespace)
    const file = await site.write('containers.yaml', containers)
    const { exitCode, json, stderr } = await runDavit(['run', file, ...site.options, '--json'], { cwd: site.cwd })
    expect([exitCode, json.state], stderr).toEqual([1, 'failed'])
    expect(outcomes(json)).toEqual([
      ['rows', 'success', 1, { rows: 3 }],
      ['twice', 'success', 1, 6],
      ['each[0]', 'success', 1, 'a'],
      ['each[1]', 'success', 1, 'b'],
      ['no_json', 'failed', 1, `config ${terminated}.message=three\n`],
      ['too_long', 'failed', 1, `config ${terminated}.message.length=4096`],
      ['skipped', 'skipped', 1],
      ['after_skipped', 'skipped', 0],
      ['again', 'failed', 2, `user ${terminated}.exitCode=5`],
      ['after_again', 'upstream_failed', 0],
      ['no_image', 'failed', 1, 'config status.containerStatuses[0].state.waiting.reason=ErrImagePull'],
      ['no_command', 'failed', 1, `config ${terminated}.reason=StartError`],
      ['too_slow', 'failed', 1, 'deadline status.reason=DeadlineExceeded'],
    ])
    expect(await logOf(json, 'rows')).toBe('counting\n')
    expect(await logOf(json, 'again')).toMatch(
      /^trying\n\[davit\] failed \(user\): container base exited with code 5\n/,
    )
    expect(await logOf(json, 'no_image')).toMatch(/^\[davit\] failed \(config\): .*missing\/image:1/)
    await eventually(async () => (await podsOf(api, namespace)).length === 0, { withinMs: 20_000 })
  })
})

conformance('davit run with functions', { runtime: 'process', concurrent: true }, (it) => {
  it('tells what became of each', { timeout: 180_000 }, async ({ api, backend, namespace }) => {
    await using site = await davitOn(backend, namespace)
    await site.write('data.csv', 'a\nb\nc\n')
    const args = ['run', await site.write('functions.ts', functions), ...site.options, '--json', '--param', 'region=US']
    const { exitCode, json, stderr } = await runDavit(args, { cwd: site.cwd })
    expect([exitCode, json.state], stderr).toEqual([1, 'failed'])
    expect(outcomes(json)).toEqual([
      ['extract', 'success', 1, { region: 'US', lines: 3 }],
      ['double[0]', 'success', 1, 2],
      ['double[1]', 'success', 1, 4],
      ['double[2]', 'success', 1, 6],
      ['sum', 'success', 1, 15],
      ['throws', 'failed', 1, 'user error.name=RangeError'],
      ['skips', 'skipped', 1],
      ['second_try', 'success', 2, 2],
      ['exits', 'failed', 1, 'user process.exitCode=7'],
      ['too_slow', 'failed', 1, 'deadline executionTimeoutSeconds=1'],
      ['long', 'success', 1, 'x'.repeat(100_000)],
      ['too_long', 'failed', 1, 'config result.bytes=2000002'],
    ])
    expect(await logOf(json, 'extract')).toMatch(/reading US[\s\S]*and printing/)
    expect(await logOf(json, 'throws')).toMatch(/\[davit\] failed \(user\): .*too far/)
    await eventually(async () => (await podsOf(api, namespace)).length === 0, { withinMs: 20_000 })
  })

  it('fails a task whose pod cannot reach the task API, with its address', { timeout: 120_000 }, async ({
    backend,
    namespace,
  }) => {
    await using site = await davitOn(backend, namespace)
    const file = await site.write(
      'lonely.ts',
      `import { defineDag } from '@davit/workflows'
export default defineDag({ dagId: 'lonely' }, (dag) => void dag.task('alone', () => 1))
`,
    )
    // Nothing listens on the port for discarding.
    const url = site.taskApiUrl(9)
    const args = ['run', file, ...site.options, '--task-api-url', url, '--json']
    const { exitCode, json } = await runDavit(args, { cwd: site.cwd })
    expect([exitCode, ...outcomes(json)]).toEqual([1, ['alone', 'failed', 1, `config env.DAVIT_TASK_API_URL=${url}`]])
    expect(json.tasks[0]?.failure?.message).toContain(url)
    expect(await logOf(json, 'alone')).toContain(url)
  })
})

const lasting = `dag_id: lasting
tasks:
  - task_id: lasts
    image: busybox:1
    command: ["sh", "-c", "trap 'echo told; exit 0' TERM; echo begun; while :; do sleep 0.1; done"]
  - task_id: waits
    upstream: [lasts]
    image: busybox:1
    command: ["true"]
`

/** The pod of the first task, once it runs and has said so. */
const untilBegun = (api: RawApi, namespace: string) =>
  eventually(
    async () => {
      const pod = (await podsOf(api, namespace)).find(({ status }) => status.phase === 'Running')
      if (pod === undefined) return null
      const { text } = await api.get(podsPath(namespace, pod.metadata.name, 'log'))
      return text.startsWith('begun\n') ? pod : null
    },
    { withinMs: 30_000 },
  )

conformance('davit run that is stopped', { runtime: 'process', concurrent: true }, (it) => {
  it('by SIGINT takes its pods away, and says what became of each task', async ({ api, backend, namespace }) => {
    await using site = await davitOn(backend, namespace)
    const file = await site.write('lasting.yaml', lasting)
    const { child, ended } = startDavit(['run', file, ...site.options, '--json'], { cwd: site.cwd })
    const pod = await untilBegun(api, namespace)
    // What ends with the run can free no pod later.
    expect(pod.metadata.finalizers).toBeUndefined()
    child.kill('SIGINT')
    const { exitCode, json } = await ended
    expect([exitCode, json.state, ...outcomes(json)]).toEqual([
      1,
      'failed',
      ['lasts', 'failed', 1, 'user dagRun.cancelled=true'],
      ['waits', 'skipped', 0],
    ])
    expect(await logOf(json, 'lasts')).toMatch(/^begun\n/)
    await eventually(async () => (await podsOf(api, namespace)).length === 0, { withinMs: 20_000 })
  })

  it('by SIGKILL leaves its pods running, and the next run of its database takes them away', async ({
    api,
    backend,
    namespace,
  }) => {
    await using site = await davitOn(backend, namespace)
    const options = [...site.options, '--database', 'runs.db', '--json']
    const killed = startDavit(['run', await site.write('lasting.yaml', lasting), ...options], { cwd: site.cwd })
    const pod = await untilBegun(api, namespace)
    expect(pod.metadata.finalizers).toEqual(['davit/outcome'])
    killed.child.kill('SIGKILL')
    await killed.ended
    // Whoever deletes it meanwhile does not hide what became of it.
    await api.delete(podsPath(namespace, pod.metadata.name))
    await untilPhase(api, namespace, pod.metadata.name, 'Succeeded')

    const short = lasting
      .replace('dag_id: lasting', 'dag_id: short')
      .replace(/command: \["sh".*\]/, 'command: ["true"]')
    const { exitCode, json, stderr } = await runDavit(['run', await site.write('short.yaml', short), ...options], {
      cwd: site.cwd,
    })
    expect(exitCode, stderr).toBe(0)
    expect(outcomes(json)).toEqual([
      ['lasts', 'success', 1],
      ['waits', 'success', 1],
    ])
    await eventually(async () => (await podsOf(api, namespace)).length === 0, { withinMs: 20_000 })
    expect(json.tasks.map(({ podName }) => podName)).not.toContain(pod.metadata.name)
  })
})
