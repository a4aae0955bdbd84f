import { expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { silentLogger } from '../../src/logger.ts'
import { StoreWords } from '../../src/loops/store-words.ts'
import { DurableStore } from '../support/durable-store.ts'

const launch = { id: '1-1-abc', key: { dagId: 'd', taskId: 't', runId: 'r', tryNumber: 1, mapIndex: -1 }, number: 1 }
const revoked = { ...launch, podName: 'd-t-abc', namespace: 'default' }

function wordsWith(store: DurableStore) {
  const clock = new FakeClock()
  return { clock, words: new StoreWords({ store, clock, random: () => 0.5, logger: silentLogger }) }
}

it('repeats a word until it is heard, and tells it once', async () => {
  const { clock, words } = wordsWith(new DurableStore())
  let said = 0
  words.insist(async () => {
    said += 1
    if (said < 3) throw new Error('database is locked')
  })
  await clock.advance(60_000)
  expect(said).toBe(3)
  await words.stop()
  expect(clock.pendingCount).toBe(0)
})

it.each([true, false])('tells whether the store gave the launch up: %j', async (isOurs) => {
  const store = Object.assign(new DurableStore(), { revokeLaunch: async () => isOurs })
  const { words } = wordsWith(store)
  const told: boolean[] = []
  words.revoke(revoked, (answer) => told.push(answer))
  await words.idle()
  expect(told).toEqual([isOurs])
  await words.stop()
})

it('takes a launch for ours where whoever revokes has told the store before', async () => {
  const { words } = wordsWith(Object.assign(new DurableStore(), { revokeLaunch: undefined }))
  const told: boolean[] = []
  words.revoke(revoked, (answer) => told.push(answer))
  await words.idle()
  expect(told).toEqual([true])
  await words.stop()
})
