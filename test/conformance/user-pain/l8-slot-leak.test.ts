import { podName } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath } from '../../support/api-paths.ts'
import { conformance } from '../../support/conformance.ts'
import { eventually } from '../../support/eventually.ts'
import { startExecutor } from '../../support/executor-run.ts'
import { readPod } from '../../support/pods-by-api.ts'
import { scriptedWorkload, taskKey } from '../../support/scripted-workload.ts'

conformance('L8: slots', { needs: ['scriptedPods'] }, (it) => {
  it('L8: a wrong executor_config keeps no slot', async ({ backend, namespace }) => {
    const { executorKubeconfig: kubeconfig } = backend
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', parallelism: 1 })
    const [wrong, right] = [taskKey('wrong'), taskKey('right')]
    run.submit({ key: wrong, args: ['true'], executorConfig: { podOverride: { spec: 'nonsense' } } as never })
    run.submit(scriptedWorkload(right, { runMs: 10 }))
    await run.untilEnded([wrong, right])
    expect([wrong, right].map((key) => run.ends(key).map(({ state }) => state))).toEqual([['failed'], ['success']])
    await run.executor.settled()
    expect(run.executor.slotsOccupied).toBe(0)
  })

  it('L8: a pending pod that somebody deletes keeps no slot: its launch has ended, and the next one runs', async ({
    api,
    backend,
    namespace,
  }) => {
    const { executorKubeconfig: kubeconfig } = backend
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', parallelism: 1 })
    const [stuck, waiting] = [taskKey('stuck'), taskKey('waiting')]
    const spec = { nodeSelector: { pool: 'none' } }
    run.submit({ key: stuck, args: ['true'], infrastructureRetries: 0, executorConfig: { podOverride: { spec } } })
    run.submit(scriptedWorkload(waiting, { runMs: 10 }))
    const name = podName({ deployment: 'default', key: stuck, number: 1 })
    await eventually(() => readPod(api, namespace, name))
    expect(run.executor.waitingReason(waiting)).toBe('in the queue: 1 of 1 slots taken')
    await api.delete(podsPath(namespace, name))
    await run.untilEnded([stuck, waiting])
    expect([stuck, waiting].map((key) => run.ends(key).map(({ state }) => state))).toEqual([['failed'], ['success']])
    await run.executor.settled()
    expect(run.executor.slotsOccupied).toBe(0)
  })
})
