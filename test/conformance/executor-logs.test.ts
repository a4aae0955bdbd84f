import { type KubernetesExecutor, type LogArchive, podName } from '@davit/executor'
import { expect } from 'vitest'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import { readPod, untilGone, untilPhase } from '../support/pods-by-api.ts'
import { shellContainer } from '../support/process-pod.ts'
import { taskKey } from '../support/scripted-workload.ts'
import { shellWorkload } from '../support/shell-workload.ts'

const key = taskKey('one')
const name = podName({ deployment: 'default', key, number: 1 })
const ti = { key, queuedByJobId: '1' }
const slowly = { withinMs: 45_000 }

const found = ['Attempting to fetch logs from pod through kube API', 'Found logs through kube API']

const streamed = (executor: KubernetesExecutor) => all(executor.streamTaskLog(ti, 1))

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const kept: T[] = []
  for await (const item of items) kept.push(item)
  return kept
}

conformance('the executor and logs', { runtime: 'process', concurrent: true }, (it) => {
  it('reads the last lines of one that goes on', async ({ backend, namespace }) => {
    const config = { runningPodLogLines: 2 }
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1', config })
    const script = `trap 'exit 0' TERM; { echo one; echo two; echo three; } >&2; while :; do sleep 0.1; done`
    run.submit(shellWorkload(backend, key, script))
    await run.untilState(key, 'running')
    await eventually(async () => (await run.executor.getTaskLog(ti, 1))[1].join('').includes('three'))
    expect(await run.executor.getTaskLog(ti, 1)).toEqual([found, ['two\nthree']])
    await run.executor.revokeTask(ti)
  })

  it('streams one from its beginning until its container ends, and again from a pod that was kept', async ({
    api,
    backend,
    namespace,
  }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    const script = 'for i in 1 2 3 4 5; do echo line $i; sleep 0.2; done; printf "no newline"; exit 3'
    run.submit(shellWorkload(backend, key, script))
    await run.untilState(key, 'running')
    const lines = ['line 1', 'line 2', 'line 3', 'line 4', 'line 5', 'no newline']
    expect(await streamed(run.executor)).toEqual(lines)
    await run.untilEnded([key], slowly)
    await untilPhase(api, namespace, name, 'Failed', slowly)
    expect(await streamed(run.executor)).toEqual(lines)
    expect(await run.executor.getTaskLog(ti, 1)).toEqual([found, [lines.join('\n')]])
  })

  it('waits for a container that has still to start', async ({ backend, namespace }) => {
    await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
    const initContainers = [shellContainer('first', 'sleep 1')]
    run.submit(shellWorkload(backend, key, 'echo done; exit 3', { spec: { initContainers } }))
    await eventually(() => run.executor.waitingReason(key)?.startsWith('initialising'), slowly)
    expect(await streamed(run.executor)).toEqual(['done'])
    await run.untilEnded([key], slowly)
  })

  it('archives one whole before its pod goes, and then has no other', async ({ api, backend, namespace }) => {
    let archived = ''
    const logArchive: LogArchive = {
      async archive({ id }, log) {
        archived = Buffer.concat(await all(log)).toString()
        expect((await readPod(api, namespace, name))?.metadata.deletionTimestamp).toBeUndefined()
        return `memory:${id}`
      },
    }
    const { executorKubeconfig: kubeconfig } = backend
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', logArchive })
    run.submit(shellWorkload(backend, key, 'i=0; while [ $i -lt 50000 ]; do i=$((i + 1)); echo line $i; done'))
    await run.untilEnded([key], slowly)
    const [end] = run.ends(key)
    expect([end?.state, end?.outcome?.logPath]).toEqual(['success', `memory:${end?.launch?.id}`])
    expect(archived).toBe(Array.from({ length: 50_000 }, (_, index) => `line ${index + 1}\n`).join(''))
    await untilGone(api, namespace, name)
    const [messages, logs] = await run.executor.getTaskLog(ti, 1)
    expect(messages[1]).toMatch(
      /^Reading from k8s pod logs failed: no pod of the task is there; looked for airflow-worker=1,/,
    )
    expect(logs).toEqual([''])
  })
})
