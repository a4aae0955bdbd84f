import { expect } from 'vitest'
import { inNamespace } from '../support/api-paths.ts'
import type { StartedBackend } from '../support/backend.ts'
import { callDavit } from '../support/call-davit.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { createPod, readPod, untilGone, untilPhase } from '../support/pods-by-api.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

type Script = Parameters<typeof scriptedPod>[1]

/** A pod of a task, as an executor that is gone left it. */
function taskPod(
  name: string,
  script: Script,
  { deployment = 'mine', finalizers }: { deployment?: string; finalizers?: string[] } = {},
) {
  const pod = scriptedPod(name, script)
  const key = { dag_id: 'sales', task_id: name, try_number: '1', run_id: 'manual__1' }
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(finalizers && { finalizers }),
      labels: {
        ...key,
        airflow_version: '0.1.0',
        kubernetes_executor: 'True',
        'airflow-worker': '7',
        'davit-deployment': deployment,
      },
      annotations: { ...pod.metadata?.annotations, ...key },
    },
  }
}

async function pods(
  command: string,
  { kubeconfig }: Pick<StartedBackend, 'kubeconfig'>,
  namespace: string,
  ...args: string[]
) {
  await using folder = await temporaryFolder()
  const options = ['--kubeconfig', await folder.write('kubeconfig', kubeconfig), '--namespace', namespace]
  return await callDavit(['pods', command, ...options, ...args])
}

conformance('davit pods', { needs: ['scriptedPods'] }, (it) => {
  it('cleanup-pods: deletes what has ended, leaves what runs, and what is not of davit', async ({
    api,
    backend,
    namespace,
  }) => {
    const { metadata: _, ...other } = scriptedPod('other', { runMs: 0 })
    await createPod(api, namespace, taskPod('good', { runMs: 0 }))
    await createPod(api, namespace, taskPod('bad', { runMs: 0, exitCode: 3 }))
    await createPod(api, namespace, taskPod('theirs', { runMs: 0 }, { deployment: 'theirs' }))
    await createPod(api, namespace, taskPod('runs', { hold: true }))
    await createPod(api, namespace, {
      ...other,
      metadata: { name: 'other', annotations: { 'script.davit/run-ms': '0' } },
    } as ReturnType<typeof scriptedPod>)
    for (const name of ['good', 'theirs', 'other']) await untilPhase(api, namespace, name, 'Succeeded')
    await untilPhase(api, namespace, 'bad', 'Failed')
    await untilPhase(api, namespace, 'runs', 'Running')

    const early = await pods('cleanup', backend, namespace, '--json')
    expect([early.exitCode, JSON.parse(early.stdout)]).toMatchObject([0, { deleted: 0, kept: 4, failed: 0 }])
    const args = ['--min-completed-minutes', '0', '--deployment', 'mine']
    const tried = await pods('cleanup', backend, namespace, ...args, '--dry-run')
    expect(tried.stdout).toMatch(/would delete +\S+ +bad +Failed +failed 0 min ago/)
    expect(tried.stdout).toMatch(/kept +\S+ +runs +Running +it is running/)
    expect(tried.stdout).toMatch(/\nwould delete 2, kept 1\n$/)
    expect(await readPod(api, namespace, 'good')).not.toBeNull()

    const done = await pods('cleanup', backend, namespace, ...args)
    expect([done.exitCode, done.stderr]).toEqual([0, ''])
    expect(done.stdout).toMatch(/\ndeleted 2, kept 1\n$/)
    for (const name of ['good', 'bad']) await untilGone(api, namespace, name)
    const { body } = await api.get<{ items: { metadata: { name: string } }[] }>(inNamespace(namespace, 'pods'))
    expect(body.items.map(({ metadata: { name } }) => name).toSorted()).toEqual(['other', 'runs', 'theirs'])
  })

  it('cleanup-pods: takes the finalizer off only where somebody says that outcomes may be forgotten', async ({
    api,
    backend,
    namespace,
  }) => {
    await createPod(api, namespace, taskPod('held', { runMs: 0 }, { finalizers: ['davit/outcome'] }))
    await untilPhase(api, namespace, 'held', 'Succeeded')
    const args = ['--min-completed-minutes', '0']
    await pods('cleanup', backend, namespace, ...args)
    await eventually(async () => (await readPod(api, namespace, 'held'))?.metadata.deletionTimestamp)
    const still = await pods('cleanup', backend, namespace, ...args)
    expect(still.stdout).toMatch(/kept .* held .*it is being deleted, and held by davit\/outcome/)
    const unnamed = await pods('cleanup', backend, namespace, ...args, '--forget-outcomes')
    expect([unnamed.exitCode, unnamed.stderr]).toEqual([
      2,
      expect.stringContaining('--forget-outcomes: needs --deployment'),
    ])
    const done = await pods('cleanup', backend, namespace, ...args, '--forget-outcomes', '--deployment', 'mine')
    expect([done.exitCode, done.stdout]).toEqual([
      0,
      expect.stringContaining('its finalizer davit/outcome was taken off'),
    ])
    await untilGone(api, namespace, 'held')
  })

  it('list: shows tasks, their tries, and how they failed', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, taskPod('bad', { runMs: 0, exitCode: 3 }))
    await createPod(api, namespace, taskPod('runs', { hold: true }))
    await untilPhase(api, namespace, 'bad', 'Failed')
    await untilPhase(api, namespace, 'runs', 'Running')
    const { exitCode, stdout } = await pods('list', backend, namespace)
    const [head, ...rows] = stdout.trimEnd().split('\n')
    expect([exitCode, head]).toEqual([0, expect.stringMatching(/^NAMESPACE +POD +DAG +TASK +TRY +STATE +AGE +REASON$/)])
    expect(rows.map((row) => row.split(/ {2,}/).slice(1))).toEqual([
      ['bad', 'sales', 'bad', '1', 'Failed', '0 min', 'container base exited with code 3'],
      ['runs', 'sales', 'runs', '1', 'Running', '0 min'],
    ])
    const { stdout: json } = await pods('list', backend, namespace, '--json', '--deployment', 'other')
    expect(JSON.parse(json)).toEqual({ pods: [] })
  })
})
