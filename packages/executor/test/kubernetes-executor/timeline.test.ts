import { describe, expect, it } from 'vitest'
import { DurableStore } from '../support/durable-store.ts'
import { apiError } from '../support/fake-pods.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

const sum = (parts: Readonly<Record<string, number>>) => Object.values(parts).reduce((a, b) => a + b, 0)

describe('the timeline of a try', () => {
  it('has each part that it went through, and they sum to the whole', async () => {
    const { executor, pods, clock, settle, events, metrics } = await startExecutor({
      store: new DurableStore(),
      parallelism: 1,
    })
    const since = clock.now()
    executor.queueWorkload({ key: keyOf('a'), args: ['true'] })
    await clock.advance(5_000)
    pods.fault({ verb: 'create', error: apiError(429, 'TooManyRequests', 'busy') })
    executor.heartbeat()
    await clock.advance(3_000)
    expect(pods.all()).toHaveLength(1)
    await clock.advance(2_000)
    pods.setStatus(pods.schedule(/-a-/), { phase: 'Pending' })
    await settle()
    await clock.advance(700)
    pods.setStatus(pods.one(/-a-/), {
      conditions: [{ type: 'PodReadyToStartContainers', status: 'True' }],
    })
    await settle()
    await clock.advance(40)
    pods.start(/-a-/)
    await settle()
    await clock.advance(60_000)
    pods.finish(/-a-/)
    await settle()
    const { timeline } = events().a ?? {}
    expect(timeline).toEqual({
      since,
      parts: {
        queued: 5_000,
        preparing: 0,
        create: 0,
        refused: 1_000,
        waiting: 0,
        scheduling: 4_000,
        starting: 700,
        pulling: 40,
        running: 60_000,
        recording: 0,
      },
      totalMs: 70_740,
    })
    expect(sum(timeline?.parts ?? {})).toBe(timeline?.totalMs)
    expect(metrics.last('davit_executor.task_phase', { phase: 'running' })).toBe(60_000)
    await executor.end()
  })

  it('goes through all launches of the try', async () => {
    const config = { deleteWorkerPodsOnFailure: true }
    const { executor, pods, clock, launch, settle, events } = await startExecutor({ store: new DurableStore(), config })
    await launch('a')
    pods.start(/-a-/)
    await settle()
    await clock.advance(1_000)
    pods.finish(/-a-/, 137, { pod: { reason: 'Evicted' } })
    await settle()
    await clock.advance(10_000)
    pods.start(/-a-/)
    await settle()
    await clock.advance(500)
    pods.finish(/-a-/)
    await settle()
    const { state, timeline } = events().a ?? {}
    expect([state, timeline?.parts.running]).toEqual(['success', 1_500])
    expect(sum(timeline?.parts ?? {})).toBe(timeline?.totalMs)
    await executor.end()
  })

  it('shows no negative part when the clock is put back', async () => {
    const { executor, pods, clock, launch, settle, events } = await startExecutor({ store: new DurableStore() })
    await launch('a')
    pods.start(/-a-/)
    await settle()
    clock.jump(-3_600_000)
    pods.finish(/-a-/)
    await settle()
    expect(Object.values(events().a?.timeline?.parts ?? {}).every((ms) => ms >= 0)).toBe(true)
    await executor.end()
  })
})
