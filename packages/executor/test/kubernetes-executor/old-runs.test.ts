import { describe, expect, it } from 'vitest'
import type { Pod } from '../../src/kube/types.ts'
import { DeliveredPods } from '../support/delivered-pods.ts'
import { DurableStore } from '../support/durable-store.ts'
import { FakePods } from '../support/fake-pods.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

// Every order of what can happen, with the old pod's end told twice on the way and once more behind everything: 240 orders
// for each way to end, as a server keeps the order of what it tells of one object for the first time. All of them take
// seconds: OLD_RUNS=all; else it is each sixth. The 1,000 tasks with delayed watches are in test/user-pain.

/** `fired`: the trigger fires, and the same try is queued again; `told`: the old pod's end; `gone`: its deletion. */
const STEPS = ['fired', 'told', 'told', 'gone', 'runs', 'ends'] as const
type Step = (typeof STEPS)[number]

describe.each([
  ['exits with 0', 0],
  ['fails', 1],
])('P10: the pod of an earlier run of the same try that %s', (_, exitCode) => {
  it('changes nothing of the run that follows, whenever and however often its end is told', async () => {
    const expected = await outcomesAfter([], exitCode)
    expect(expected).toEqual([exitCode === 0 ? 'success' : 'failed', 'success'])
    const orders = ordersOf(STEPS).filter((order) => order.indexOf('told') < order.indexOf('gone'))
    expect(orders).toHaveLength(240)
    const wrong: string[] = []
    for (const order of orders.filter((_order, index) => process.env.OLD_RUNS === 'all' || index % 6 === 0)) {
      const seen = await outcomesAfter(order, exitCode)
      if (JSON.stringify(seen) !== JSON.stringify(expected)) wrong.push(`${order.join(' ')}: ${seen.join(' ')}`)
    }
    expect(wrong).toEqual([])
  })
})

/** Runs a task that defers itself, and again once its trigger has fired; what the store was told, and what is left over. */
async function outcomesAfter(order: readonly Step[], exitCode: number): Promise<readonly string[]> {
  const store = new DurableStore()
  const pods = new FakePods()
  const server = new DeliveredPods(pods)
  const { executor, clock, settle } = await startExecutor({ pods: server.verbs as FakePods, store })
  const key = keyOf('deferred')
  const queue = async () => {
    executor.queueWorkload({ key, args: [] })
    await turn()
  }
  const turn = async () => {
    await settle()
    executor.getEventBuffer()
    executor.heartbeat()
    await settle()
  }
  await queue()
  const [first] = pods.all()
  if (!first) throw new Error('no pod was created')
  const isSecond = (pod: Pod) => pod.metadata?.uid !== first.metadata?.uid
  server.deliver('MODIFIED', pods.start(/deferred/))
  await turn()
  const ended = pods.finish(/deferred/, exitCode)

  let last: Pod | null = null
  const steps: Record<Step, () => boolean> = {
    fired: () => {
      executor.queueWorkload({ key, args: [] })
      return true
    },
    told: () => {
      server.deliver('MODIFIED', ended)
      return true
    },
    gone: () => {
      const metadata = { ...ended.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' }
      server.deliver('DELETED', { ...ended, metadata })
      return true
    },
    runs: () => {
      const second = pods.all().find(isSecond)
      if (!second) return false
      last = pods.start(second.metadata?.name ?? '')
      server.deliver('MODIFIED', last)
      return true
    },
    ends: () => {
      const second = pods.all().find(isSecond)
      if (!second || last === null) return false
      server.deliver('MODIFIED', pods.finish(second.metadata?.name ?? '', 0))
      return true
    },
  }
  // What cannot happen yet happens as soon as it can; and the old pod's end is told once more behind everything.
  const waiting: Step[] = []
  const begun = new Set<Step>()
  const all: readonly Step[] = [...order, ...STEPS.filter((step) => !order.includes(step)), 'told']
  for (const step of all) {
    waiting.push(step)
    for (const next of [...waiting]) {
      if ((next === 'runs' || next === 'ends') && begun.has(next)) waiting.splice(waiting.indexOf(next), 1)
      else if (steps[next]()) {
        begun.add(next)
        waiting.splice(waiting.indexOf(next), 1)
        await turn()
      }
    }
  }
  for (let round = 0; round < 10 && waiting.length > 0; round++) {
    await clock.advance(5_000)
    await turn()
    for (const next of [...waiting]) {
      if (!steps[next]()) continue
      waiting.splice(waiting.indexOf(next), 1)
      await turn()
    }
  }
  await clock.advance(5_000)
  await turn()
  const left = [...waiting, ...(executor.slotsOccupied > 0 ? ['occupied'] : [])]
  await executor.end()
  return [...store.outcomes.map(({ state }) => state), ...left]
}

/** Every order of these, each once. */
function ordersOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length === 0) return [[]]
  return [...new Set(items)].flatMap((item) => {
    const rest = [...items]
    rest.splice(rest.indexOf(item), 1)
    return ordersOf(rest).map((order) => [item, ...order])
  })
}
