import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { silentLogger } from '../../src/logger.ts'
import type { Notice } from '../../src/watch/notice.ts'
import type { WatchRecord } from '../../src/watch/record-store.ts'
import { Reflector } from '../../src/watch/reflector.ts'
import { HistoryPods } from '../support/history-pods.ts'
import { recordOf } from '../support/start-reflector.ts'

type Step =
  | { readonly do: 'write' | 'delete' | 'replace'; readonly name: string; readonly lost: boolean }
  | { readonly do: 'compact' }
  | { readonly do: 'reset' | 'silence' | 'close' }
  | { readonly do: 'advance'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('write', 'delete', 'replace'),
      name: fc.constantFrom(...'abcdefg'),
      lost: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'compact' } as const) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('reset', 'silence', 'close') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(0, 0, 300, 5_000, 70_000) }) },
)

function play(step: Exclude<Step, { do: 'advance' }>, pods: HistoryPods): void {
  switch (step.do) {
    case 'compact':
      pods.compact()
      return
    case 'reset':
    case 'silence':
    case 'close':
      pods.hurtWatches(step.do)
      return
    default:
      pods.change(step.name, step.do)
      if (step.lost) pods.loseLastEvent()
  }
}

/** What of one uid may be told: it comes once, changes forwards, goes once. */
function checkStory(notices: readonly Notice<WatchRecord>[]): void {
  const last = new Map<string, Notice<WatchRecord> & { record: WatchRecord }>()
  for (const notice of notices) {
    if (notice.type === 'LISTED') continue
    const before = last.get(notice.record.uid)
    if (notice.type === 'ADDED') expect(before).toBeUndefined()
    if (notice.type === 'MODIFIED') expect(before?.type).toMatch(/ADDED|MODIFIED/)
    if (notice.type === 'DELETED') expect(before?.type).not.toBe('DELETED')
    if (before)
      expect(Number(notice.record.resourceVersion)).toBeGreaterThanOrEqual(Number(before.record.resourceVersion))
    last.set(notice.record.uid, notice)
  }
}

it('ends equal to the server after any history of changes, losses, compactions and broken watches', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const pods = new HistoryPods()
      const clock = new FakeClock()
      const notices: Notice<WatchRecord>[] = []
      const reflector = new Reflector<WatchRecord>({
        pods,
        namespace: 'ns',
        project: recordOf,
        clock,
        random: () => 0.5,
        logger: silentLogger,
        onNotice: (notice) => notices.push(notice),
      })
      reflector.start()
      for (const step of steps) {
        if (step.do === 'advance') await clock.advance(step.ms)
        else play(step, pods)
      }
      // The next safety list is due by then, the one after it not.
      await clock.advance(1_900_000)
      expect(new Map([...reflector.store.values()].map((record) => [record.name, record.resourceVersion]))).toEqual(
        new Map([...pods.pods].map(([name, pod]) => [name, pod.metadata?.resourceVersion])),
      )
      checkStory(notices)
      const told = new Map(
        notices.flatMap((notice) => (notice.type === 'LISTED' ? [] : [[notice.record.uid, notice.type] as const])),
      )
      const alive = new Set([...pods.pods.values()].map((pod) => pod.metadata?.uid))
      for (const [uid, type] of told) expect(type === 'DELETED').toBe(!alive.has(uid))
      expect(pods.peak).toBe(1)
      await reflector.stop()
      expect(clock.pendingCount).toBe(0)
    }),
    { numRuns: 150 },
  )
})
