import { describe, expect, it } from 'vitest'
import type { LogArchive } from '../../src/loops/logs/log-archive.ts'
import { DurableStore } from '../support/durable-store.ts'
import { apiError } from '../support/fake-pods.ts'
import { startExecutor } from '../support/start-executor.ts'

describe('the outcome of a launch', () => {
  it('I3: is told once, and reports running before', async () => {
    const { executor, pods, launch, states, settle } = await startExecutor()
    await launch('extract')
    pods.start(/extract/)
    await settle()
    expect(states()).toEqual({ extract: 'running' })
    pods.finish(/extract/, 3)
    await settle()
    expect(states()).toEqual({ extract: 'failed' })
    await settle()
    pods.setStatus(pods.one(/extract/), { message: 'later' })
    await settle()
    expect(states()).toEqual({})
    await executor.end()
  })

  it('carries what the pod showed', async () => {
    const { executor, pods, launch, events, settle } = await startExecutor()
    await launch('extract')
    pods.start(/extract/)
    pods.finish(/extract/, 0, { message: '{"rows":3}' })
    await settle()
    expect(events().extract?.outcome).toMatchObject({
      launch: { number: 1, uid: pods.one(/extract/).metadata?.uid },
      state: 'success',
      exitCode: 0,
      terminationMessage: '{"rows":3}',
      containerCount: 1,
      startedAt: '2026-01-01T00:00:00Z',
    })
    await executor.end()
  })

  it('with a store: commits it at once, reports what the store holds, and deletes the pod only then', async () => {
    const store = new DurableStore()
    const { executor, pods, clock, launch, states, settle } = await startExecutor({ store })
    store.heldState = 'skipped'
    await launch('extract')
    store.failures = 1
    pods.finish(/extract/)
    await settle()
    expect([states(), pods.all().length]).toEqual([{ extract: 'queued' }, 1])
    expect(executor.slotsOccupied).toBe(1)
    await clock.advance(1_000)
    expect(states()).toEqual({ extract: 'skipped' })
    expect(store.outcomes).toHaveLength(1)
    await settle()
    expect(pods.all()).toEqual([])
    await executor.end()
  })

  it('I2: an outcome that the store fences changes nothing, and its pod goes', async () => {
    const store = new DurableStore()
    const { executor, pods, launch, states, settle } = await startExecutor({ store })
    const key = await launch('extract')
    const [current] = await store.currentLaunches()
    if (!current) throw new Error('no launch')
    const failure = { class: 'infrastructure', evidence: 'a=b', message: 'lost' } as const
    await store.recordLaunch({
      launch: { ...current, id: '1-2-zzzzzzzz', number: 2 },
      supersedes: { launchId: current.id, failure },
    })
    pods.finish(/extract/)
    await settle()
    expect(states()).toEqual({})
    expect([executor.hasTask(key), pods.all()]).toEqual([false, []])
    await executor.end()
  })

  it('I2: a pod that the store does not bind is deleted, and nothing told', async () => {
    const store = new DurableStore()
    store.bindPod = async () => false
    const { executor, pods, launch, states, settle } = await startExecutor({ store })
    const key = await launch('extract')
    await settle()
    expect([executor.hasTask(key), pods.all(), states()]).toEqual([false, [], {}])
    await executor.end()
  })

  it('I2: events of another uid or launch under the same name change nothing', async () => {
    const { executor, pods, launch, states, settle } = await startExecutor()
    const key = await launch('extract')
    const pod = pods.one(/extract/)
    pods.fault({ verb: 'watch', error: apiError(500, 'InternalError', 'x') })
    states()
    const { resourceVersion: _, ...metadata } = pod.metadata ?? {}
    pods.put({ ...pod, metadata: { ...metadata, uid: 'other' }, status: { phase: 'Failed' } })
    await settle()
    expect(states()).toEqual({ extract: 'failed' })
    expect(executor.hasTask(key)).toBe(false)
    await executor.end()
  })

  it('the main container’s end counts while a sidecar runs, and the pod is deleted after the commit', async () => {
    const { executor, pods, launch, states, settle } = await startExecutor({ config: { deleteWorkerPods: false } })
    await launch('extract')
    const pod = pods.start(/extract/)
    const [base] = pod.status?.containerStatuses ?? []
    if (!base) throw new Error('no status')
    pods.setStatus(pod, {
      containerStatuses: [
        { ...base, state: { terminated: { exitCode: 0 } } },
        { ...base, name: 'sidecar', state: { running: {} } },
      ],
    })
    await settle()
    expect(states()).toEqual({ extract: 'success' })
    await settle()
    expect(pods.all()).toEqual([])
    await executor.end()
  })

  it('a failed pod is kept and labelled done, and goes when asked', async () => {
    const { executor, pods, launch, states, settle } = await startExecutor()
    await launch('extract')
    pods.start(/extract/)
    pods.finish(/extract/, 1)
    await settle()
    expect(states()).toEqual({ extract: 'failed' })
    await settle()
    expect(pods.one(/extract/).metadata?.labels?.airflow_executor_done).toBe('True')
    await executor.reapFailedPods()
    expect(pods.all()).toEqual([])
    await executor.end()
  })

  it('a pod is kept, and goes at the end of a run, also before its phase says that it has ended', async () => {
    const { executor, pods, launch, states, settle } = await startExecutor()
    await launch('extract')
    pods.finish(/extract/, 1, { pod: { phase: 'Running' } })
    await settle()
    expect(states()).toEqual({ extract: 'failed' })
    await settle()
    expect(pods.one(/extract/).metadata?.labels?.airflow_executor_done).toBe('True')
    await executor.reapFailedPods()
    expect(pods.all()).toEqual([])
    await executor.end()
  })

  it('a kept pod goes after failedPodTtlSeconds', async () => {
    const { executor, pods, clock, launch, events, settle } = await startExecutor({
      config: { failedPodTtlSeconds: 3_600 },
    })
    await launch('extract')
    pods.finish(/extract/, 1)
    await settle()
    events()
    await settle()
    for (const minutes of [30, 29]) {
      await clock.advance(minutes * 60_000)
      executor.heartbeat()
      await settle()
      expect(pods.all()).toHaveLength(1)
    }
    await clock.advance(10 * 60_000)
    executor.heartbeat()
    await settle()
    expect(pods.all()).toEqual([])
    await executor.end()
  })

  it('I6: a pod that cannot be deleted yet is deleted later, and its task is told all the same', async () => {
    const { executor, pods, clock, launch, states, settle } = await startExecutor()
    await launch('extract')
    pods.fault({ verb: 'delete', error: apiError(503, 'ServiceUnavailable', 'later'), times: 3 })
    pods.finish(/extract/)
    await settle()
    expect(states()).toEqual({ extract: 'success' })
    await clock.advance(10_000)
    expect(pods.all()).toEqual([])
    expect(pods.requests.find(({ verb }) => verb === 'delete')?.options).toMatchObject({
      uid: '00000000-0000-4000-8000-000000000001',
    })
    await executor.end()
  })
})

describe('a pod that goes by itself', () => {
  it('was adopted when a GET shows another owner: no event, and the slot is free', async () => {
    const { executor, pods, launch, states, settle } = await startExecutor()
    const key = await launch('extract')
    const pod = pods.start(/extract/)
    await settle()
    states()
    await pods.patch('default', pod.metadata?.name ?? '', {
      type: 'merge',
      patch: { metadata: { labels: { 'airflow-worker': '8' } } },
    })
    await settle()
    expect([executor.hasTask(key), states(), pods.all().length]).toEqual([false, {}, 1])
    await executor.end()
  })

  it('is unknown when it ran and nobody saw its end, and is not launched again', async () => {
    const { executor, pods, clock, launch, events, settle } = await startExecutor()
    await launch('extract')
    pods.start(/extract/)
    await settle()
    pods.remove(/extract/)
    await settle()
    expect(events()).toMatchObject({ extract: { state: 'failed', failure: { class: 'unknown' } } })
    await clock.advance(60_000)
    expect(pods.count('create')).toBe(1)
    await executor.end()
  })

  it('is looked at again until the server answers', async () => {
    const { executor, pods, clock, launch, events, settle } = await startExecutor()
    await launch('extract')
    pods.start(/extract/)
    await settle()
    pods.fault({ verb: 'get', error: apiError(500, 'InternalError', 'x'), times: 2 })
    pods.remove(/extract/)
    await clock.advance(10_000)
    expect(events()).toMatchObject({ extract: { state: 'failed', failure: { class: 'unknown' } } })
    await executor.end()
  })
})

describe('log archive', () => {
  const launched = async (archive: LogArchive['archive'], log?: string) => {
    const setup = await startExecutor({ logArchive: { archive } })
    await setup.launch('extract')
    const { name = '' } = setup.pods.start(/extract/).metadata ?? {}
    if (log !== undefined) setup.pods.logs.set(name, log)
    setup.pods.finish(/extract/)
    return setup
  }

  it('has the log of every launch before its pod goes, and the outcome says where', async () => {
    const read: string[] = []
    const { executor, events, settle } = await launched(async (launch, log) => {
      for await (const chunk of log) read.push(new TextDecoder().decode(chunk))
      return `/logs/${launch.podName}.log`
    }, 'reading\n3 rows\n')
    await settle()
    expect(read.join('')).toBe('reading\n3 rows\n')
    expect(events().extract?.outcome?.logPath).toMatch(/^\/logs\/sales-extract-/)
    await executor.end()
  })

  it('a log that cannot be had, or not within 30 s, costs no outcome', async () => {
    const { executor, states, settle } = await launched(async (_launch, log) => {
      for await (const _ of log) throw new Error('unreachable')
      return 'x'
    })
    await settle()
    expect(states()).toEqual({ extract: 'success' })
    await executor.end()
    const slow = await launched(() => new Promise(() => {}), 'x')
    await slow.clock.advance(29_000)
    expect(slow.states()).toEqual({ extract: 'running' })
    await slow.clock.advance(3_000)
    expect(slow.states()).toEqual({ extract: 'success' })
    await slow.executor.end()
  })

  it('a revoked task’s log so far is kept before its pod goes', async () => {
    const archived: string[] = []
    const archive: LogArchive['archive'] = async (_launch, log) => {
      for await (const chunk of log) archived.push(new TextDecoder().decode(chunk))
      return 'x'
    }
    const { executor, pods, launch, settle } = await startExecutor({ logArchive: { archive } })
    const key = await launch('extract')
    pods.logs.set(pods.start(/extract/).metadata?.name ?? '', 'half of it\n')
    await settle()
    await executor.revokeTask({ key, queuedByJobId: '7' })
    await settle()
    expect([archived, pods.all()]).toEqual([['half of it\n'], []])
    await executor.end()
  })

  it('what was read before the deadline is kept', async () => {
    const { executor, clock, events } = await launched(async (_launch, _log, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return '/logs/cut.log'
    }, 'x')
    await clock.advance(30_000)
    expect(events().extract?.outcome?.logPath).toBe('/logs/cut.log')
    await executor.end()
  })
})
