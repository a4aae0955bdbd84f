import { describe, expect, it } from 'vitest'
import type { DagLoadError } from '../../src/dag/dag-load-error.ts'
import { loadDag } from '../../src/dag/load-dag.ts'
import { tempFolder } from '../support/temp-folder.ts'

function load(text: string, files: Readonly<Record<string, string>> = {}) {
  return loadDag('dag.yaml', { cwd: tempFolder({ 'dag.yaml': text, ...files }), env: {} })
}

async function problemsOf(text: string) {
  const error = await load(text).then(
    () => undefined,
    (reason: DagLoadError) => reason,
  )
  return error?.problems?.map(({ path, message, hint }) => `${path}: ${message}${hint ? `; ${hint}` : ''}`) ?? error
}

describe('a YAML DAG', () => {
  it('has the same fields in snake_case', async () => {
    const dag = await load(
      `
dag_id: sales
schedule: "0 6 * * *"
start_date: 2026-01-01
params: { region: EU, camelCase: 1 }
pools: { small_pool: 2 }
files: [data.csv]
default_args: { retries: 2, image: busybox }
tasks:
  - task_id: extract
    command: ["sh", "-c", "echo '{\\"rows\\": 3}' > $DAVIT_RESULT"]
    retry_delay_seconds: 1.5
    executor_config:
      pod_override: { spec: { nodeSelector: { disk_type: ssd } } }
      pod_patch: { spec: { hostNetwork: false, containers: [{ name: base, tty: null }] } }
      pod_template_file: pod.yaml
  - task_id: report
    upstream: [extract]
    image: alpine
    args: [a]
    env: { ROWS: "{{ xcom.extract.rows }}" }
    retries: 0
    trigger_rule: all_done
    pool: small_pool
    pool_slots: 2
    skip_on_exit_code: [99]
  - task_id: each
    map: extract
`,
      { 'data.csv': '', 'pod.yaml': 'kind: Pod\nspec:\n  containers:\n  - name: base\n' },
    )
    expect(dag.bundle).toBeNull()
    expect(dag.spec).toMatchObject({
      dagId: 'sales',
      schedule: '0 6 * * *',
      startDate: '2026-01-01T00:00:00.000Z',
      params: { region: 'EU', camelCase: 1 },
      pools: { small_pool: 2 },
      tasks: [
        {
          taskId: 'extract',
          kind: 'container',
          retries: 2,
          retryDelaySeconds: 1.5,
          container: {
            image: 'busybox',
            command: ['sh', '-c', `echo '{"rows": 3}' > $DAVIT_RESULT`],
            args: null,
            env: {},
          },
          executorConfig: {
            podOverride: { spec: { nodeSelector: { disk_type: 'ssd' } } },
            podPatch: { spec: { hostNetwork: false, containers: [{ name: 'base', tty: null }] } },
            podTemplateFile: expect.stringMatching(/^\/.*pod\.yaml$/),
          },
        },
        {
          taskId: 'report',
          upstream: ['extract'],
          triggerRule: 'all_done',
          retries: 0,
          pool: 'small_pool',
          poolSlots: 2,
          skipOnExitCode: [99],
          container: { image: 'alpine', command: null, args: ['a'], env: { ROWS: '{{ xcom.extract.rows }}' } },
        },
        { taskId: 'each', map: { kind: 'task', taskId: 'extract' }, upstream: ['extract'] },
      ],
    })
    expect(dag.files.map(({ path }) => path)).toEqual(['data.csv'])
  })

  it('may use anchors and merges', async () => {
    const dag = await load(`
dag_id: d
tasks:
  - &base { task_id: a, image: x }
  - { <<: *base, task_id: b }
`)
    expect(dag.spec.tasks.map(({ taskId, container }) => [taskId, container?.image])).toEqual([
      ['a', 'x'],
      ['b', 'x'],
    ])
  })

  it('has all its problems told, with their lines', async () => {
    expect(
      await problemsOf(`dag_id: d
schedule: "0 6 * *"
start_date: 2026-02-30
max_active_task: 1
tasks:
  - task_id: a
    image: busybox
    upstram: [b]
    env: { N: 5, ROWS: "{{ xcom.b }}" }
  - task_id: b-x
    image: 5
    command: echo hi
  - taskId: c
    image: x
  - just text
`),
    ).toEqual([
      'max_active_task: unknown key "max_active_task" (line 4, column 1); did you mean "max_active_tasks"?',
      'schedule: "0 6 * *" is no schedule (line 2, column 1); cron has 5 fields (minute hour day month weekday), this has 4',
      'start_date: "2026-02-30" is no date (line 3, column 1); write 2026-01-31 or 2026-01-31T06:00:00Z',
      'tasks.a.upstram: unknown key "upstram" (line 8, column 5); did you mean "upstream"?',
      'tasks.a.env.N: must be text, not the number 5 (line 9, column 12); put it in quotes: "5"',
      'tasks.b-x.image: must be text, not the number 5 (line 11, column 5); put it in quotes: "5"',
      'tasks.b-x.command: must be a list, not the text "echo hi" (line 12, column 5); write ["sh", "-c", "echo hi"]',
      'tasks[2]: the task has no task_id (line 13, column 5); give it a name',
      'tasks[2].taskId: unknown key "taskId" (line 13, column 5); did you mean "task_id"?',
      'tasks[3]: must be a task, not the text "just text" (line 15, column 5); write task_id: …',
      'tasks.a.env.ROWS: unknown task "b" (line 9, column 18); write xcom["b-x"]',
    ])
  })

  it.each([
    ['empty', '# nothing\n', ['null: the file is empty; a DAG needs dag_id and tasks']],
    ['a list', '- a\n', ['null: the file must hold an object, not a list; begin with dag_id: …']],
    [
      'of two documents',
      'dag_id: a\n---\ndag_id: b\n',
      ['null: the file has 2 documents (line 2, column 1); write each DAG in a file of its own'],
    ],
    ['with a key twice', 'dag_id: a\ndag_id: b\n', ['null: map keys must be unique (line 2, column 1)']],
    [
      'not closed',
      'dag_id: a\ntasks: [\n',
      ['null: flow sequence in block collection must be sufficiently indented and end with a ] (line 3, column 1)'],
    ],
    [
      'with an unknown alias',
      'dag_id: *x\ntasks: []\n',
      ['null: unresolved alias (the anchor must be set before the alias): x'],
    ],
    ['without tasks', 'dag_id: a\n', ['tasks: the DAG has no tasks; add at least one']],
    [
      'with tasks that are no list',
      'dag_id: a\ntasks: { a: 1 }\n',
      ['tasks: must be a list of tasks, not an object (line 2, column 1); write a list: - task_id: …'],
    ],
  ])('that is %s is refused', async (_what, text, problems) => {
    expect(await problemsOf(text)).toEqual(problems)
  })

  it('refuses an alias bomb', async () => {
    const lines = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`)
    expect(await problemsOf(`a0: &a0 [x]\n${lines.join('\n')}\n`)).toEqual([
      expect.stringMatching(/^null: excessive alias count/),
    ])
  })
})
