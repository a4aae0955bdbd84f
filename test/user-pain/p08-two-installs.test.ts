import type { KubeClient } from '@davit/executor'
import { expect, it, onTestFinished } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import type { StoredPod } from '../support/pods-by-api.ts'
import { taskKey } from '../support/scripted-workload.ts'
import { SqliteLaunchStore } from '../support/sqlite-launch-store.ts'
import { startStoreScheduler } from '../support/store-scheduler.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'
import { withPodVerbs } from '../support/with-pod-verbs.ts'

const MINUTE_MS = 60_000

/** What one install does to pods, by name. */
function touches() {
  const created = new Set<string>()
  const touched = new Set<string>()
  const wrapKube = (kube: KubeClient) =>
    withPodVerbs(kube, (pods) => ({
      create: async (namespace, pod, options) => {
        created.add(pod.metadata?.name ?? '')
        return pods.create(namespace, pod, options)
      },
      patch: async (namespace, name, ...more) => {
        touched.add(name)
        return pods.patch(namespace, name, ...more)
      },
      delete: async (namespace, name, ...more) => {
        touched.add(name)
        return pods.delete(namespace, name, ...more)
      },
    }))
  return { created, touched, wrapKube }
}

// The two have the same job ids, the same DAG, tasks and namespace; only the deployment tells them apart. Each is killed and
// followed by another after half of the hour.
it.each(['label', 'lease'] as const)(
  'P8 b: two installs in one namespace for an hour touch none of each other’s pods (%s)',
  async (adoption) => {
    await using timed = await startTimedCluster()
    const { clock } = timed
    const installs = ['one', 'two'].map((deployment) => {
      const store = new SqliteLaunchStore({ path: ':memory:', leases: adoption === 'lease', now: () => clock.now() })
      onTestFinished(() => store.close())
      return { deployment, store, ...touches() }
    })
    const start = async ({ deployment, store, wrapKube }: (typeof installs)[number], jobId: string) => {
      const config = { adoption, deployment, failedPodTtlSeconds: 600, resyncSeconds: 300 }
      const run = await timed.startExecutor({ jobId, store, wrapKube, config, aliveJobIds: () => store.jobs.alive() })
      const scheduler = startStoreScheduler({ store, run, clock, everyMs: 5_000 })
      return async (how: 'end' | 'terminate') => {
        await timed.during(scheduler.stop())
        await run.stop(how)
      }
    }
    const stops: Awaited<ReturnType<typeof start>>[] = []
    for (const install of installs) stops.push(await start(install, '1'))
    for (let minute = 0; minute < 60; minute++) {
      for (const { store } of installs) {
        const { tryNumber: _, ...key } = taskKey('hourly', { mapIndex: minute })
        await store.queue([{ key, payload: { runMs: 90_000, exitCode: minute % 5 === 4 ? 1 : 0 } }])
      }
      await timed.advance(MINUTE_MS)
      if (minute !== 30) continue
      for (const stop of stops.splice(0)) await stop('terminate')
      for (const install of installs) stops.push(await start(install, '2'))
    }
    await timed.advance(20 * MINUTE_MS)
    for (const stop of stops) await stop('end')

    for (const { store, created, touched } of installs) {
      expect([...touched].filter((name) => !created.has(name))).toEqual([])
      expect(touched.size).toBe(60)
      const states = (await store.taskInstances()).map(({ state }) => state)
      expect([states.filter((state) => state === 'success').length, states.length]).toEqual([48, 60])
    }
    const { body } = await timed.api.get<{ items: StoredPod[] }>(podsPath('default'))
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual([])
  },
)
