import { taskInstanceKeyText } from '@davit/executor'
import { expect } from 'vitest'
import type { LoggedPodRequest, StartedBackend } from '../support/backend.ts'
import { conformance } from '../support/conformance.ts'
import { createdPods } from '../support/created-pods.ts'
import { eventually } from '../support/eventually.ts'
import {
  type DeploymentSize,
  deploySchedulers,
  namesOf,
  type SchedulerDeployment,
} from '../support/scheduler-deployment.ts'

/** 500 pods on Kubernetes, 60 on the dev cluster, where this is part of every run of the tests. */
const sizes: Readonly<Record<'kubernetes' | 'other', DeploymentSize>> = {
  kubernetes: { pods: 500, runMs: null },
  other: { pods: 60, runMs: null },
}

/** What a job has asked about pods of a namespace. */
async function requestsOf(backend: StartedBackend, namespace: string, jobId: string): Promise<LoggedPodRequest[]> {
  const requests = await backend.podRequests()
  return requests.filter((each) => each.userAgent === `davit-job-${jobId}` && each.namespace === namespace)
}

/** The server's log and the store's journal agree: one pod, one launch, one end each; nothing was put back or charged. */
async function expectNoneLost(run: SchedulerDeployment, backend: StartedBackend, namespace: string): Promise<void> {
  const { keys, store, count } = run
  const names = (await createdPods(backend, namespace, keys.length)).map(({ name }) => name)
  expect(names.toSorted()).toEqual(namesOf(run))
  expect((await store.taskInstances()).map(({ state }) => state)).toEqual(keys.map(() => 'success'))
  expect((['recorded', 'bound', 'ended', 'tryEnded'] as const).map(count)).toEqual(Array(4).fill(keys.length))
  expect((['requeued', 'kept', 'charged', 'superseded', 'revoked'] as const).map(count)).toEqual(Array(5).fill(0))
}

conformance('P8 a: an executor that is killed', { needs: ['scriptedPods', 'requestLog'] }, (it, { name }) => {
  const size = name === 'kubernetes' ? sizes.kubernetes : sizes.other
  // The small ones mostly wait.
  const options = { timeout: 240_000, concurrent: size !== sizes.kubernetes }

  for (const adoption of ['label', 'lease'] as const) {
    const title = `by ${adoption}: has all its ${size.pods} running pods adopted by a new one, none lost, launched again or charged`
    it(title, options, async ({ api, backend, namespace }) => {
      // Without the finalizer, so that every patch is one of adoption.
      await using run = await deploySchedulers({ adoption, outcomeFinalizer: false }, { api, backend, namespace, size })
      const first = run.start('1', size.pods)
      await run.untilAllRun()
      await first.kill()
      const second = run.start('2', size.pods)
      await run.untilTakenFrom('1')
      await run.letEnd()
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

    it(
      `by ${adoption}: hands its half of ${size.pods} pods to one that lives and one that comes, each end told once`,
      options,
      async ({ api, backend, namespace }) => {
        await using run = await deploySchedulers({ adoption }, { api, backend, namespace, size })
        const first = run.start('1', size.pods / 2)
        const second = run.start('2', size.pods / 2)
        await run.untilAllRun()
        await first.kill()
        const third = run.start('3', size.pods)
        await run.untilTakenFrom('1')
        await run.letEnd()
        await run.untilAllEnded()
        await expectNoneLost(run, backend, namespace)

        const told = () => [...second.reports(), ...third.reports()].map(({ key }) => key).toSorted()
        await eventually(() => told().length >= run.keys.length)
        expect([first.reports(), told()]).toEqual([[], run.keys.map(taskInstanceKeyText).toSorted()])
        if (adoption === 'lease') expect(run.count('takenOver')).toBeGreaterThanOrEqual(size.pods / 2)
      },
    )
  }
})
