import { join } from 'node:path'
import { podName, taskInstanceKeyText } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import type { LoggedPodRequest, StartedBackend } from '../support/backend.ts'
import { namedBackends } from '../support/backend-names.ts'
import { conformance } from '../support/conformance.ts'
import { createdPods } from '../support/created-pods.ts'
import { eventually } from '../support/eventually.ts'
import { anyImage } from '../support/executor-run.ts'
import type { JournalEvent } from '../support/launch-store/journal.ts'
import type { StoredPod } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { taskKey } from '../support/scripted-workload.ts'
import { type SpawnedScheduler, spawnScheduler } from '../support/spawn-scheduler.ts'
import { SqliteLaunchStore } from '../support/sqlite-launch-store.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/**
 * 500 pods on Kubernetes, 60 on the dev cluster, where this is part of every run of the tests. Each runs for as long as it
 * takes to start all of them, to kill their executor, and to see that its lease has run out.
 */
const sizes = { kubernetes: { pods: 500, runMs: 45_000 }, other: { pods: 60, runMs: 8_000 } }

/** They mostly wait; on Kubernetes each is work enough for the machine. */
const concurrent = !namedBackends(process.env.CONFORMANCE).includes('kubernetes')

interface Deployment extends AsyncDisposable {
  readonly store: SqliteLaunchStore
  readonly keys: readonly ReturnType<typeof taskKey>[]
  start(jobId: string, parallelism: number): SpawnedScheduler
  /** Waits until all tasks run, each in a pod that the store knows. */
  untilAllRun(): Promise<void>
  untilAllEnded(): Promise<void>
  count(what: JournalEvent): number
}

/** Tasks in a store of their own, for schedulers in processes of their own. */
async function deployment(
  adoption: 'label' | 'lease',
  {
    api,
    backend,
    namespace,
    size,
  }: { api: RawApi; backend: StartedBackend; namespace: string; size: typeof sizes.other },
): Promise<Deployment> {
  const folder = await temporaryFolder()
  const storePath = join(folder.path, 'store.sqlite')
  const store = new SqliteLaunchStore({ path: storePath, leases: adoption === 'lease' })
  const keys = Array.from({ length: size.pods }, (_, mapIndex) => taskKey('taken', { mapIndex }))
  await store.queue(keys.map(({ tryNumber: _, ...key }) => ({ key, retries: 1, payload: { runMs: size.runMs } })))
  const started: SpawnedScheduler[] = []
  const words = () => started.map((each) => `job ${each.jobId}: ${each.stderr()}`).join('\n')
  return {
    store,
    keys,
    start(jobId, parallelism) {
      const config = { ...anyImage, adoption }
      const kubeconfigPath = backend.executorKubeconfigPath
      const scheduler = spawnScheduler({ kubeconfigPath, namespace, storePath, jobId, parallelism, config })
      started.push(scheduler)
      return scheduler
    },
    async untilAllRun() {
      await eventually(
        async () => {
          const { items } = (await api.get<{ items: StoredPod[] }>(podsPath(namespace))).body
          const running = items.filter(({ status }) => status.phase === 'Running').length
          const bound = (await store.launches()).filter(({ uid }) => uid !== undefined).length
          if (running === size.pods && bound === size.pods) return true
          throw new Error(`${items.length} pods, ${running} run, ${bound} bound of ${size.pods}; ${words()}`)
        },
        { withinMs: 60_000, everyMs: 100 },
      )
    },
    async untilAllEnded() {
      await eventually(
        async () => {
          const open = (await store.taskInstances()).filter(({ state }) => state !== 'success')
          if (open.length === 0) return true
          const first = JSON.stringify(open[0]?.key)
          const lines = store.journal().filter(({ key }) => JSON.stringify(key) === first)
          const said = lines.map(({ job, what, detail }) => `${what} by ${job} ${JSON.stringify(detail)}`)
          throw new Error(`${open.length} of ${size.pods} have not ended, the first: ${said.join(', ')}; ${words()}`)
        },
        { withinMs: size.runMs + 60_000, everyMs: 100 },
      )
    },
    count: (what) => store.journal().filter((line) => line.what === what).length,
    async [Symbol.asyncDispose]() {
      for (const each of started) await each.kill()
      store.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** The pods of the first launches, of which there are no others. */
function namesOf({ keys }: Deployment): string[] {
  return keys.map((key) => podName({ deployment: 'default', key, number: 1 })).toSorted()
}

/** What a job has asked about pods of a namespace. */
async function requestsOf(backend: StartedBackend, namespace: string, jobId: string): Promise<LoggedPodRequest[]> {
  const requests = await backend.podRequests()
  return requests.filter((each) => each.userAgent === `davit-job-${jobId}` && each.namespace === namespace)
}

/** The server's log and the store's journal agree: one pod, one launch, one end each; nothing was put back or charged. */
async function expectNoneLost(run: Deployment, backend: StartedBackend, namespace: string): Promise<void> {
  const { keys, store, count } = run
  const names = (await createdPods(backend, namespace, keys.length)).map(({ name }) => name)
  expect(names.toSorted()).toEqual(namesOf(run))
  expect((await store.taskInstances()).map(({ state }) => state)).toEqual(keys.map(() => 'success'))
  expect((['recorded', 'bound', 'ended', 'tryEnded'] as const).map(count)).toEqual(Array(4).fill(keys.length))
  expect((['requeued', 'kept', 'charged', 'superseded', 'revoked'] as const).map(count)).toEqual(Array(5).fill(0))
}

conformance('an executor that is killed', { needs: ['scriptedPods', 'requestLog'], concurrent }, (it, { name }) => {
  const size = name === 'kubernetes' ? sizes.kubernetes : sizes.other

  for (const adoption of ['label', 'lease'] as const) {
    const title = `by ${adoption}: has all its ${size.pods} running pods adopted by a new one, none lost, launched again or charged`
    it(title, { timeout: 240_000 }, async ({ api, backend, namespace }) => {
      await using run = await deployment(adoption, { api, backend, namespace, size })
      const first = run.start('1', size.pods)
      await run.untilAllRun()
      await first.kill()
      const second = run.start('2', size.pods)
      await run.untilAllEnded()
      await expectNoneLost(run, backend, namespace)

      const all = run.keys.map(taskInstanceKeyText).toSorted()
      await eventually(() => second.reports().length >= all.length)
      expect([
        first.reports(),
        second
          .reports()
          .map(({ key }) => key)
          .toSorted(),
      ]).toEqual([[], all])
      const asked = await requestsOf(backend, namespace, '2')
      const patches = asked.filter(({ verb }) => verb === 'patch')
      const lists = asked.filter(({ verb }) => verb === 'list')
      if (adoption === 'lease') {
        expect([run.count('takenOver'), patches.length]).toEqual([size.pods, 0])
        // Pages of 500: the reflector's own list, and no other.
        expect(lists.length).toBeLessThanOrEqual(2)
      } else expect(patches.map((each) => each.name).toSorted()).toEqual(namesOf(run))
    })

    it(`by ${adoption}: hands its half of ${size.pods} pods to one that lives and one that comes, each end told once`, {
      timeout: 240_000,
    }, async ({ api, backend, namespace }) => {
      await using run = await deployment(adoption, { api, backend, namespace, size })
      const first = run.start('1', size.pods / 2)
      const second = run.start('2', size.pods / 2)
      await run.untilAllRun()
      await first.kill()
      const third = run.start('3', size.pods)
      await run.untilAllEnded()
      await expectNoneLost(run, backend, namespace)

      const told = () => [...second.reports(), ...third.reports()].map(({ key }) => key).toSorted()
      await eventually(() => told().length >= run.keys.length)
      expect([first.reports(), told()]).toEqual([[], run.keys.map(taskInstanceKeyText).toSorted()])
      expect(second.reports().length).toBeGreaterThanOrEqual(size.pods / 2)
      if (adoption === 'lease') expect(run.count('takenOver')).toBe(size.pods / 2)
    })
  }
})
