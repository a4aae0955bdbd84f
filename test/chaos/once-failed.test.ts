import { expect, it } from 'vitest'
import { judge } from './judge.ts'
import { ONCE_FAILED } from './once-failed.ts'
import { play } from './play.ts'

it.each(ONCE_FAILED)('$what', async ({ schedule }) => {
  expect((await judge(schedule)).violations).toEqual([])
})

it('I10: the failure of a pod that was gone when its launch was taken over names it', async () => {
  const [taken] = ONCE_FAILED
  if (!taken) throw new Error('there is no schedule')
  const script = { runMs: 100_000 }
  const tasks = taken.schedule.tasks.slice(0, 1).map((task) => ({ ...task, arrivesAt: 0, retries: 0, script }))
  const faults = [
    { kind: 'executorKilled', at: 6_000, forMs: 1, executor: 0, crossings: 1, downMs: 60_000 },
    { kind: 'podDeleted', at: 20_000, forMs: 1, executor: 0, count: 1 },
  ] as const
  const schedule = { ...taken.schedule, launchGate: false, executors: 1, tasks, faults }
  const [instance] = (await play(schedule)).taskInstances
  expect(instance?.failure?.message).toMatch(/^pod team-a\/chaos-t11-\w+ is gone, and nobody saw how it ended/)
})
