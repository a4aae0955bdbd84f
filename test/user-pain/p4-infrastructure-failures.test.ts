import { type ExecutorEvent, podName, type TaskInstanceKey } from '@davit/executor'
import { describe, expect, it } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import type { StoredPod } from '../support/pods-by-api.ts'
import type { PodScript } from '../support/scripted-pod.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { SqliteLaunchStore } from '../support/sqlite-launch-store.ts'
import { startTimedCluster, type TimedCluster } from '../support/timed-cluster.ts'

const key = taskKey('one')
const nameOf = (number: number) => podName({ deployment: 'default', key, number })

async function pods({ api }: TimedCluster): Promise<readonly StoredPod[]> {
  return (await api.get<{ items: StoredPod[] }>(podsPath('default'))).body.items
}

/** Lets time pass until the launch of this number has its pod; never are there two that have not ended. */
async function untilLaunched(timed: TimedCluster, number: number): Promise<StoredPod> {
  return timed.until(async () => {
    const all = await pods(timed)
    const alive = all.filter(({ status }) => status.phase === 'Pending' || status.phase === 'Running')
    expect(alive.length).toBeLessThanOrEqual(1)
    return all.find(({ metadata }) => metadata.name === nameOf(number))
  })
}

const run = (script: PodScript) => ({
  ...scriptedWorkload(key, { runMs: 60_000, ...script }),
  infrastructureRetries: 1,
})
const lostBeforeStart: readonly PodScript[] = [
  { end: 'NodeAffinity' },
  { end: 'OutOfcpu' },
  { end: 'UnexpectedAdmissionError' },
  { end: 'RegistryUnavailable' },
  { end: 'FailedCreatePodSandBox' },
]
const lostWhileRunning = [
  'Evicted',
  'Preempting',
  'Terminated',
  'PreemptionByScheduler',
  'EvictionByEvictionAPI',
  'DeletionByTaintManager',
  'DeletionByPodGC',
  'Unknown',
]

describe('P4: infrastructure failures and the two budgets', () => {
  it.for(lostBeforeStart)('P4 a: %j before the start: the same try is launched again', async (script) => {
    await using timed = await startTimedCluster()
    const { submit, ends, events } = await timed.startExecutor()
    submit(run(script))
    await untilLaunched(timed, 2)
    // The second meets the same: the budget of one is used up, and the try fails as what it was lost by.
    await timed.until(() => ends(key).length > 0, { withinMs: 30 * 60_000 })
    expect(ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'infrastructure' }, launch: { number: 2 } }])
    expect(events(key).filter(({ state }: ExecutorEvent) => state === 'running')).toEqual([])
  })

  it('P4 a: a pending pod that somebody deletes: the same try is launched again', async () => {
    await using timed = await startTimedCluster()
    const { submit, ends } = await timed.startExecutor()
    const workload = run({})
    const { podOverride } = workload.executorConfig as { podOverride: object }
    submit({
      ...workload,
      executorConfig: { podOverride: { ...podOverride, spec: { nodeSelector: { pool: 'none' } } } },
    })
    await untilLaunched(timed, 1)
    await timed.api.delete(podsPath('default', nameOf(1)))
    await untilLaunched(timed, 2)
    await timed.api.patch('/api/v1/nodes/davit-node', 'merge', { metadata: { labels: { pool: 'none' } } })
    await timed.until(() => ends(key).length > 0)
    expect(ends(key)).toMatchObject([{ state: 'success', launch: { number: 2 } }])
  })

  it.for(lostWhileRunning)('P4 b: %s while running: one infrastructure retry, and none of the user’s', async (end) => {
    await using timed = await startTimedCluster()
    const { submit, ends } = await timed.startExecutor()
    submit(run({ end }))
    await untilLaunched(timed, 2)
    expect(ends(key)).toEqual([])
    await timed.until(() => ends(key).length > 0)
    expect(ends(key)).toMatchObject([{ state: 'failed', launch: { key: { tryNumber: 1 }, number: 2 } }])
  })

  it.for<readonly [PodScript, failureClass: string]>([
    [{ exitCode: 1 }, 'user'],
    [{ exitCode: 137 }, 'user'],
    [{ exitCode: 143 }, 'user'],
    [{ end: 'OOMKilled' }, 'oom'],
    [{ end: 'StartError' }, 'config'],
  ])('P4 c: %j is the task’s own: no infrastructure retry', async ([script, failureClass]) => {
    await using timed = await startTimedCluster()
    const { submit, ends } = await timed.startExecutor()
    submit(run(script))
    await timed.until(() => ends(key).length > 0)
    expect(ends(key)).toMatchObject([{ state: 'failed', failure: { class: failureClass }, launch: { number: 1 } }])
  })

  it('P4 d: budgets keep their value when the executor dies between a failure and the launch that follows', async () => {
    await using timed = await startTimedCluster()
    const store = new SqliteLaunchStore({ path: ':memory:', now: () => timed.clock.now() })
    await store.queue([{ key, retries: 1, retryDelaySeconds: 3_600, infrastructureRetries: 2 }])
    const budgets = async () => {
      const [instance] = await store.taskInstances()
      return [instance?.state, instance?.key.tryNumber, instance?.infrastructureFailures]
    }
    const charges = () =>
      store
        .journal()
        .filter(({ what }) => what === 'charged')
        .map(({ detail }) => (detail as { budget: string }).budget)

    // Three executors, each dead as soon as its pod is lost; the last one's pod fails by itself.
    for (const jobId of ['1', '2', '3']) {
      const { submit, executor, stop } = await timed.startExecutor({ jobId, store, config: { adoption: 'lease' } })
      const orphans = await store.orphans(jobId)
      await store.resetOrphans(jobId, await timed.during(executor.tryAdoptTaskInstances(orphans)))
      const launch = async () => {
        for (const claimed of await store.claim(jobId, 1)) {
          const script: PodScript =
            claimed.launchNumber > 2 ? { runMs: 5_000, exitCode: 1 } : { runMs: 5_000, end: 'Evicted' }
          submit({
            ...scriptedWorkload(claimed.key, script),
            infrastructureRetries: claimed.infrastructureRetries,
            launchNumber: claimed.launchNumber,
          })
        }
      }
      await launch()
      const isLost = async () =>
        (await pods(timed)).some(
          ({ metadata, status }) =>
            metadata.labels?.['davit-launch'] !== undefined &&
            status.phase === 'Failed' &&
            metadata.labels.airflow_executor_done !== 'True',
        )
      await timed.until(async () => {
        await launch()
        return (await isLost()) || (await budgets())[0] === 'up_for_retry'
      })
      await stop('terminate')
      await store.jobs.release(jobId)
    }
    expect(charges()).toEqual(['infrastructureRetries', 'infrastructureRetries', 'retries'])
    expect(await budgets()).toEqual(['up_for_retry', 2, 0])
    const numbers = (await store.launches()).map(
      ({ key: { tryNumber }, number }: { key: TaskInstanceKey; number: number }) => [tryNumber, number],
    )
    expect(numbers).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
    ])
    store.close()
  })
})
