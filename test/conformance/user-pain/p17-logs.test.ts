import { type LogArchive, podName } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath } from '../../support/api-paths.ts'
import type { StartedBackend } from '../../support/backend.ts'
import { conformance } from '../../support/conformance.ts'
import { eventually } from '../../support/eventually.ts'
import { startExecutor } from '../../support/executor-run.ts'
import { untilGone } from '../../support/pods-by-api.ts'
import { taskKey } from '../../support/scripted-workload.ts'
import { shellWorkload } from '../../support/shell-workload.ts'

const key = taskKey('one')
const name = podName({ deployment: 'default', key, number: 1 })

// 1 MB, not 10: what is proved is the end of the log, and above 10 MiB with its timestamps the node rotates it
// (`packages/executor/test/loops/logs/whole-log.test.ts` has that). P17_LINES=60000 is as much as a node keeps.
const LINES = Number(process.env.P17_LINES ?? 10_000)
/** Lines of 100 bytes, then a last one. */
const writes = `yes ${'x'.repeat(99)} | head -n ${LINES}; echo the last line`

/** Keeps logs in memory, by the number of their launch. */
function memoryArchive() {
  const logs = new Map<number, string>()
  const archive: LogArchive['archive'] = async ({ number }, log) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of log) chunks.push(chunk)
    logs.set(number, Buffer.concat(chunks).toString())
    return `memory:${number}`
  }
  return { logs, archive }
}

const start = ({ executorKubeconfig: kubeconfig }: StartedBackend, namespace: string, logArchive: LogArchive) =>
  startExecutor({
    kubeconfig,
    namespace,
    jobId: '1',
    logArchive,
    config: { deleteWorkerPodsOnFailure: true, infrastructureRetries: 0 },
  })

const whole = `${`${'x'.repeat(99)}\n`.repeat(LINES)}the last line\n`

conformance('P17: logs', { runtime: 'process', concurrent: true }, (it) => {
  it('P17: SIGKILL: the log is kept to its last line, and readable when the pod is gone', async ({
    api,
    backend,
    namespace,
  }) => {
    const archive = memoryArchive()
    await using run = await start(backend, namespace, archive)
    // Kubernetes makes one dollar of two; a process cannot kill itself where it is process 1.
    run.submit(shellWorkload(backend, key, `sh -c '${writes}; kill -9 $$$$'; exit $?`))
    await run.untilEnded([key], { withinMs: 45_000 })
    expect(run.ends(key)).toMatchObject([
      { state: 'failed', failure: { class: 'user' }, outcome: { logPath: 'memory:1' } },
    ])
    await untilGone(api, namespace, name)
    // The shell around it tells of the signal, on the other stream: the container runtime promises no order between the two.
    const log = archive.logs.get(1)
    expect(log?.replace('Killed\n', '')).toBe(whole)
    expect(log).toContain('Killed\n')
  })

  it('P17: eviction: the log is kept to the last line that the container wrote while it ended', async ({
    api,
    backend,
    namespace,
  }) => {
    const archive = memoryArchive()
    await using run = await start(backend, namespace, archive)
    run.submit(
      shellWorkload(
        backend,
        key,
        `trap 'sleep 1; echo told to end; exit 1' TERM; ${writes}; while :; do sleep 0.1; done`,
      ),
    )
    await run.untilState(key, 'running')
    await eventually(async () =>
      (await run.executor.getTaskLog({ key, queuedByJobId: '1' }, 1))[1].join('').endsWith('the last line'),
    )
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }
    const { status, text } = await api.post(`${podsPath(namespace, name)}/eviction`, eviction)
    expect(status, text).toBe(201)
    await run.untilEnded([key], { withinMs: 45_000 })
    expect(run.ends(key)).toMatchObject([
      { state: 'failed', failure: { class: 'disruption' }, outcome: { logPath: 'memory:1' } },
    ])
    await untilGone(api, namespace, name)
    expect(archive.logs.get(1)).toBe(`${whole}told to end\n`)
  })
})

conformance('P17: the log of a container out of memory', { runtime: 'process', needs: ['memoryLimits'] }, (it) => {
  it('P17: OOM: the log is kept to its last line', async ({ backend, namespace }) => {
    const archive = memoryArchive()
    await using run = await start(backend, namespace, archive)
    const container = { resources: { limits: { memory: '20Mi' } } }
    run.submit(shellWorkload(backend, key, `${writes}; exec tail /dev/zero`, { container }))
    await run.untilEnded([key], { withinMs: 45_000 })
    expect(run.ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'oom' } }])
    expect(archive.logs.get(1)).toBe(whole)
  })
})
