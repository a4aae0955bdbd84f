import type { Timeline, TimelinePart } from '@davit/executor'
import { expect, it } from 'vitest'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { startTimedCluster } from '../support/timed-cluster.ts'

// Not 1,000: each has all that is looked at.
const TASKS = 200
const A_SECOND = 20

/** The timelines of tasks that come at a steady rate, fewer at a time than may be created at once. */
async function timelines({ webhookMs }: { readonly webhookMs: number }): Promise<Timeline[]> {
  await using timed = await startTimedCluster()
  if (webhookMs > 0) timed.cluster.faults.delay(webhookMs, { match: { verb: 'create', resource: 'pods' } })
  const run = await timed.startExecutor({ parallelism: TASKS })
  const keys = Array.from({ length: TASKS }, (_, mapIndex) => taskKey('timed', { mapIndex }))
  for (let at = 0; at < TASKS; at += A_SECOND / 4) {
    run.submit(...keys.slice(at, at + A_SECOND / 4).map((key) => scriptedWorkload(key, { runMs: 2_000 })))
    await timed.advance(250)
  }
  await timed.until(() => keys.every((key) => run.ends(key).length === 1))
  return keys.flatMap((key) => run.ends(key)[0]?.timeline ?? [])
}

const sum = ({ parts }: Timeline) => Object.values(parts).reduce((a, b) => a + b, 0)
const median = (all: readonly Timeline[], part: TimelinePart) =>
  all.map(({ parts }) => parts[part] ?? 0).toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN

it('P28: the parts of 200 tasks sum to the whole, and a webhook of 300 ms shows in exactly one', async () => {
  const [plain, slow] = [await timelines({ webhookMs: 0 }), await timelines({ webhookMs: 300 })]
  expect([plain.length, slow.length]).toEqual([TASKS, TASKS])
  expect([...plain, ...slow].filter((timeline) => Math.abs(sum(timeline) - timeline.totalMs) > 50)).toEqual([])
  const parts = [...new Set(slow.flatMap((timeline) => Object.keys(timeline.parts) as TimelinePart[]))]
  const grown = parts.filter((part) => median(slow, part) - median(plain, part) > 20)
  expect(grown).toEqual(['create'])
  expect(median(slow, 'create') - median(plain, 'create')).toBe(300)
  expect(median(slow, 'running')).toBe(2_000)
})
