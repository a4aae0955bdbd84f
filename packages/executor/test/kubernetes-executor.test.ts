import { describe, expect, it } from 'vitest'
import { apiError, connectionError } from './support/fake-pods.ts'
import { startExecutor } from './support/start-executor.ts'

describe('KubernetesExecutor', () => {
  it('takes a task from its queue to its outcome, and deletes its pod once the event was fetched', async () => {
    const { executor, pods, launch, events, settle } = await startExecutor()
    const key = await launch('extract', { args: ['sh', '-c', 'true'] })
    const pod = pods.one(/^sales-extract-/)
    expect(pod.spec?.containers[0]).toMatchObject({ name: 'base', args: ['sh', '-c', 'true'] })
    expect(pod.spec?.restartPolicy).toBe('Never')
    expect(events()).toMatchObject({ extract: { state: 'queued', info: '7' } })
    expect(executor.hasTask(key)).toBe(true)

    pods.start(/extract/)
    await settle()
    expect(events()).toMatchObject({ extract: { state: 'running' } })

    pods.finish(/extract/)
    await settle()
    expect(executor.hasTask(key)).toBe(false)
    expect(pods.all()).toHaveLength(1)
    expect(events()).toMatchObject({ extract: { state: 'success', info: null, outcome: { exitCode: 0 } } })
    await settle()
    expect(pods.all()).toEqual([])
    await executor.end()
  })

  it('I1: a lost create answer is repeated with the same name, and the pod is taken', async () => {
    const { executor, pods, clock, launch, settle, states } = await startExecutor()
    pods.fault({ verb: 'create', loseAnswer: true })
    await launch('extract')
    // The watch shows the pod before the create has to be repeated.
    await settle()
    expect(pods.all()).toHaveLength(1)
    pods.start(/extract/)
    pods.finish(/extract/)
    await settle()
    expect(states()).toEqual({ extract: 'success' })
    await clock.advance(60_000)
    expect(pods.requests.filter(({ verb }) => verb === 'create')).toHaveLength(1)
    await executor.end()
  })

  it('I1: repeats the very same create when the watch shows nothing', async () => {
    const { executor, pods, clock, launch, settle, states } = await startExecutor()
    pods.fault({ verb: 'create', error: connectionError('reset'), times: 2 })
    await launch('extract')
    await clock.advance(1_000)
    const creates = pods.requests.filter(({ verb }) => verb === 'create')
    expect(creates).toHaveLength(3)
    expect(new Set(creates.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(pods.all()).toHaveLength(1)
    pods.finish(/extract/)
    await settle()
    expect(states()).toEqual({ extract: 'success' })
    await executor.end()
  })

  it('I11: leaves no timer, watch or promise after end()', async () => {
    const { executor, pods, clock, launch, settle } = await startExecutor()
    pods.fault({
      verb: 'create',
      error: apiError(403, 'Forbidden', 'error looking up service account default/x: not found'),
    })
    await launch('waits')
    await launch('runs')
    pods.start(/runs/)
    await settle()
    await executor.end()
    await clock.advance(0)
    expect(clock.pendingCount).toBe(0)
    expect(pods.openWatches).toBe(0)
    expect(pods.one(/runs/).metadata?.deletionTimestamp).toBeUndefined()
  })
})
