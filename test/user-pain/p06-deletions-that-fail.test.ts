import { InMemoryLaunchStore, KubeApiError } from '@davit/executor'
import { expect, it } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { KeptLaunchStore } from '../support/kept-launch-store.ts'
import type { StoredPod } from '../support/pods-by-api.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'
import { wrappedPods } from '../support/wrapped-pods.ts'

const MINUTE_MS = 60_000
/** `orphanedTasksCheckInterval`. */
const SWEEP_MS = 5 * MINUTE_MS

function internalError(): KubeApiError {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 500, reason: 'InternalError' } as const
  return new KubeApiError({
    status: { ...status, message: 'etcd is busy' },
    httpStatus: 500,
    method: 'DELETE',
    path: '/api/v1/namespaces/default/pods',
  })
}

it.each([
  ['with the finalizer', () => new KeptLaunchStore()],
  ['without a finalizer', () => new InMemoryLaunchStore()],
])('P6 b: deletions that fail with 500 for 10 minutes leave no pod behind, %s', async (_, store) => {
  await using timed = await startTimedCluster()
  let isBusy = true
  const busy =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      isBusy ? Promise.reject(internalError()) : call(...args)
  const { submit, ends } = await timed.startExecutor({
    store: store(),
    config: { deleteWorkerPodsOnFailure: true },
    wrapKube: ({ pods }) => ({ pods: wrappedPods(pods, { delete: busy((...args) => pods.delete(...args)) }) }),
  })
  const keys = Array.from({ length: 20 }, (__, mapIndex) => taskKey('work', { mapIndex }))
  submit(...keys.map((key) => scriptedWorkload(key, { runMs: 1_000, exitCode: key.mapIndex % 2 })))
  await timed.advance(10 * MINUTE_MS)
  const left = async () => (await timed.api.get<{ items: StoredPod[] }>(podsPath('default'))).body.items
  expect(keys.map((key) => ends(key).map(({ state }) => state))).toEqual(
    keys.map(({ mapIndex }) => [mapIndex % 2 === 0 ? 'success' : 'failed']),
  )
  expect(await left()).toHaveLength(keys.length)
  isBusy = false
  await timed.advance(SWEEP_MS)
  expect(await left()).toEqual([])
})
