import { expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import { InMemoryLaunchStore } from '../../../src/loops/in-memory-launch-store.ts'
import type { LaunchOutcome } from '../../../src/loops/launch-store.ts'
import { OutcomeCommitter } from '../../../src/loops/outcomes/outcome-committer.ts'
import { RecordedLogger } from '../../support/recorded-logger.ts'
import { keyOf } from '../../support/start-executor.ts'

class SlowStore extends InMemoryLaunchStore {
  readonly batches: number[] = []
  failures = 0
  gate: Promise<void> = Promise.resolve()

  override async commitOutcomes(batch: readonly LaunchOutcome[]) {
    this.batches.push(batch.length)
    await this.gate
    if (this.failures-- > 0) throw new Error('database is locked')
    return super.commitOutcomes(batch)
  }
}

const outcome = (id: string): LaunchOutcome => ({
  launch: { id, key: keyOf(id), number: 1, podName: id, namespace: 'n' },
  state: 'success',
  info: null,
})

function build() {
  const store = new SlowStore()
  const clock = new FakeClock(0)
  const committed: string[] = []
  const onCommitted = ({ launch }: LaunchOutcome, { accepted }: { accepted: boolean }) =>
    committed.push(`${launch.id} ${accepted}`)
  const committer = new OutcomeCommitter({ store, clock, random: () => 0, logger: new RecordedLogger(), onCommitted })
  return { store, clock, committed, committer }
}

it('commits at once, and together what arrives meanwhile', async () => {
  const { store, committed, committer } = build()
  const { promise, resolve } = Promise.withResolvers<void>()
  store.gate = promise
  committer.push(outcome('a'))
  for (const id of ['b', 'c', 'd']) committer.push(outcome(id))
  resolve()
  await committer.idle()
  expect(store.batches).toEqual([1, 3])
  expect(committed).toEqual(['a true', 'b true', 'c true', 'd true'])
})

it('asks a store that fails again, and loses and reorders nothing', async () => {
  const { store, clock, committed, committer } = build()
  store.failures = 3
  committer.push(outcome('a'), outcome('b'))
  await clock.advance(0)
  committer.push(outcome('c'))
  await clock.advance(10_000)
  await committer.idle()
  expect(committed).toEqual(['a true', 'b true', 'c true'])
})

it('I11: stops in the middle of a backoff', async () => {
  const { store, clock, committer } = build()
  store.failures = 99
  committer.push(outcome('a'))
  await clock.advance(0)
  await committer.stop()
  expect(clock.pendingCount).toBe(0)
})

it.each([0, 1, 2, 3, 4, 5, 6, 7])('commits what arrives %i turns after the last of a batch', async (turns) => {
  const { committed, committer } = build()
  committer.push(outcome('first'))
  while (committed.length === 0) await Promise.resolve()
  for (let turn = 0; turn < turns; turn++) await Promise.resolve()
  committer.push(outcome('second'))
  await committer.idle({ withDelayed: true })
  expect(committed).toEqual(['first true', 'second true'])
})
