import { taskInstanceKeyText } from '@davit/executor'
import { expect } from 'vitest'
import { conformance } from '../../support/conformance.ts'
import { createdPods } from '../../support/created-pods.ts'
import { eventually } from '../../support/eventually.ts'
import { witnessPods } from '../../support/pod-witness.ts'
import { deploySchedulers, namesOf, type SchedulerDeployment } from '../../support/scheduler-deployment.ts'
import type { SpawnedScheduler } from '../../support/spawn-scheduler.ts'

// 24 tasks, not 10,000: each is there for its own, and what is proved does not depend on how many there are. A stopped
// process stands still for six seconds, twice its lease.
const TASKS = 24
const STOPPED_MS = 6_000

/** The ends that were reported by any of them, each as often as it was. */
function told(...schedulers: readonly SpawnedScheduler[]): string[] {
  return schedulers.flatMap((each) => each.reports().map(({ key }) => key)).toSorted()
}

async function untilTold(run: SchedulerDeployment, ...schedulers: readonly SpawnedScheduler[]): Promise<void> {
  await eventually(() => told(...schedulers).length >= run.keys.length)
  expect(told(...schedulers)).toEqual(run.keys.map(taskInstanceKeyText).toSorted())
}

for (const adoption of ['label', 'lease'] as const) {
  conformance(
    `an executor that stood still, by ${adoption}`,
    { needs: ['scriptedPods', 'requestLog'], concurrent: true },
    (it) => {
      it('P3 c: one of two executors stopped for twice its lease: its queued launches are refused, and one pod a try runs', {
        timeout: 120_000,
      }, async ({ api, backend, namespace }) => {
        const size = { pods: TASKS, runMs: 500 }
        await using run = await deploySchedulers({ adoption, launchGate: true }, { api, backend, namespace, size })
        // Claims all at once, and creates them one by one.
        using witness = await witnessPods(api, namespace)
        const first = run.start('1', TASKS, { workerPodsCreationBatchSize: 1 })
        await eventually(() => run.count('claimed') === TASKS && run.count('bound') >= 3, { withinMs: 30_000 })
        await run.pause(first)
        const stoppedAt = Date.now()
        expect(run.count('recorded')).toBeLessThan(TASKS)
        const second = run.start('2', TASKS)
        await run.untilAllEnded()
        await eventually(() => Date.now() - stoppedAt >= STOPPED_MS)
        first.resume()
        // What it had claimed and not recorded is another's by now, each of it.
        await eventually(
          () => {
            const keysOf = (what: string, jobId: string) =>
              run.store
                .journal()
                .flatMap((line) =>
                  line.what === what && line.job === jobId && line.key ? [taskInstanceKeyText(line.key)] : [],
                )
            const recorded = new Set(keysOf('recorded', '1'))
            const waiting = keysOf('claimed', '2').filter((key) => !recorded.has(key))
            const refused = new Set(keysOf('refused', '1'))
            return waiting.length > 0 && waiting.every((key) => refused.has(key))
          },
          { withinMs: 30_000, everyMs: 100 },
        )
        // A create that it was about to send when it was stopped may be carried out after: that pod never gets a node.
        expect(await witness.scheduledNames()).toEqual(namesOf(run))
        expect((['recorded', 'tryEnded', 'charged', 'superseded'] as const).map(run.count)).toEqual([
          TASKS,
          TASKS,
          0,
          0,
        ])
        await untilTold(run, first, second)
      })

      it('P8 c: one of three executors stopped while its pods end, and resumed: each end is recorded and told once', {
        timeout: 120_000,
      }, async ({ api, backend, namespace }) => {
        const size = { pods: TASKS, runMs: null }
        await using run = await deploySchedulers({ adoption }, { api, backend, namespace, size })
        const all = ['1', '2', '3'].map((jobId) => run.start(jobId, TASKS / 3))
        await run.untilAllRun()
        const [stopped] = all
        if (stopped) await run.pause(stopped)
        await run.untilTakenFrom('1')
        await run.letEnd()
        await run.untilAllEnded()
        stopped?.resume()
        await untilTold(run, ...all)
        const journal = () => run.store.journal()
        if (adoption === 'lease')
          await eventually(() => journal().some(({ what, job }) => what === 'leaseLost' && job === '1'))
        const names = (await createdPods(backend, namespace, TASKS)).map(({ name }) => name)
        expect(names.toSorted()).toEqual(namesOf(run))
        expect((['ended', 'tryEnded', 'charged', 'requeued'] as const).map(run.count)).toEqual([TASKS, TASKS, 0, 0])
        expect(journal().filter(({ what, job }) => what === 'tryEnded' && job === '1')).toEqual([])
      })
    },
  )
}
