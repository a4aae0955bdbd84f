import { describe, expect, it } from 'vitest'
import { TaskInstanceKeyMap } from '../../src/tasks/task-instance-key-map.ts'
import { apiError } from '../support/fake-pods.ts'
import { deployment } from '../support/shared-store.ts'
import { keyOf } from '../support/start-executor.ts'

const LEASE_MS = 30_000

describe('adoption by lease', () => {
  it('takes over from a dead executor without a list, a patch or a create, and tells each end once', async () => {
    const { clock, pods, start, owners, told } = deployment()
    const first = await start('1')
    await first.run('extract', 'load')
    const second = await start('2')
    await first.executor.terminate()
    expect(await second.adopt()).toEqual([])
    expect([second.executor.slotsOccupied, await owners()]).toEqual([0, { extract: '1', load: '1' }])
    await clock.advance(LEASE_MS)
    pods.requests.length = 0
    expect(await second.adopt()).toEqual([])
    expect([second.executor.slotsOccupied, await owners()]).toEqual([2, { extract: '2', load: '2' }])
    expect(['list', 'patch', 'create', 'get'].map((verb) => pods.count(verb as 'list'))).toEqual([0, 0, 0, 0])
    pods.finish(/extract/)
    pods.finish(/load/, 2)
    await second.settle()
    expect(second.states()).toEqual({ extract: 'success', load: 'up_for_retry' })
    expect(told('tryEnded').map(({ job }) => job)).toEqual(['2', '2'])
    expect(second.metrics.count('davit_executor.adoptions', { result: 'adopted' })).toBe(2)
    await second.executor.end()
  })

  it('may be asked again with the same task instances', async () => {
    const { clock, store, start } = deployment()
    const first = await start('1')
    await first.run('extract')
    await first.executor.terminate()
    await clock.advance(LEASE_MS)
    const second = await start('2')
    const orphans = await store.orphans('2')
    expect(await second.executor.tryAdoptTaskInstances(orphans)).toEqual([])
    expect(await second.executor.tryAdoptTaskInstances(orphans)).toEqual([])
    expect(second.executor.slotsOccupied).toBe(1)
    await second.executor.end()
  })

  it('hands over at once when an executor ends cleanly', async () => {
    const { pods, start } = deployment()
    const first = await start('1')
    await first.run('extract')
    await first.executor.end()
    const second = await start('2')
    await second.adopt()
    pods.finish(/extract/)
    await second.settle()
    expect(second.states()).toEqual({ extract: 'success' })
    await second.executor.end()
  })

  it('I3: a launch whose pod is gone ended unknown, and is not put back', async () => {
    const { clock, pods, start, told } = deployment()
    const first = await start('1')
    await first.run('extract')
    pods.start(/extract/)
    await first.settle()
    await first.executor.terminate()
    pods.remove(/extract/)
    await clock.advance(LEASE_MS)
    const second = await start('2')
    expect(await second.adopt()).toEqual([])
    expect(second.events()).toMatchObject({ extract: { state: 'up_for_retry', failure: { class: 'unknown' } } })
    expect([told('requeued').length, pods.count('create')]).toEqual([0, 1])
    await second.executor.end()
  })

  it('I1: a launch without a pod is put back, and whoever claims it repeats the same create', async () => {
    const { clock, pods, start, told } = deployment()
    const first = await start('1')
    pods.fault({ verb: 'create', error: apiError(503, 'ServiceUnavailable', 'x'), times: 9 })
    await first.run('extract')
    await first.executor.terminate()
    pods.clearFaults()
    await clock.advance(LEASE_MS)
    const second = await start('2')
    expect(await second.adopt()).toEqual(['extract'])
    await second.run()
    const names = pods.requests.filter(({ verb }) => verb === 'create').map(({ name }) => name)
    expect([new Set(names).size, pods.all().length, told('requeued').length]).toEqual([1, 1, 1])
    expect(second.executor.running.has(keyOf('extract'))).toBe(true)
    await second.executor.end()
  })

  it('asks the server for the pod of a launch that was never bound, since its create may have been in flight', async () => {
    const { clock, pods, store, start, told } = deployment()
    const first = await start('1')
    store.bindPod = async () => {
      throw new Error('the store is out of reach')
    }
    await first.run('extract')
    await first.executor.terminate()
    expect((await store.currentLaunches())[0]?.uid).toBeUndefined()
    Reflect.deleteProperty(store, 'bindPod')
    await clock.advance(LEASE_MS)
    const second = await start('2')
    expect(await second.adopt()).toEqual([])
    expect(told('bound').map(({ job }) => job)).toEqual(['2'])
    expect([pods.count('create'), pods.count('patch')]).toEqual([1, 0])
    await second.executor.end()
  })

  it('adoptLaunchedTask takes over one launch', async () => {
    const { clock, pods, start, owners } = deployment()
    const first = await start('1')
    await first.run('extract', 'load')
    await first.executor.terminate()
    const second = await start('2')
    const wanted = new TaskInstanceKeyMap([[keyOf('extract'), {}]])
    expect(await second.executor.adoptLaunchedTask(pods.one(/extract/), wanted)).toBe(false)
    await clock.advance(LEASE_MS)
    expect(await second.executor.adoptLaunchedTask(pods.one(/load/), wanted)).toBe(false)
    expect(await second.executor.adoptLaunchedTask(pods.one(/extract/), wanted)).toBe(true)
    expect([wanted.size, await owners()]).toEqual([0, { extract: '2', load: '1' }])
    await second.executor.end()
  })
})

describe('an executor that was cut off for longer than its lease', () => {
  /** Cut off from the store, robbed by a second one, and back again. */
  async function robbed() {
    const all = deployment()
    const first = await all.start('1')
    const second = await all.start('2')
    await first.run('extract', 'load')
    first.gate.isOpen = false
    await all.clock.advance(LEASE_MS)
    return { ...all, first, second, rob: second.adopt }
  }

  it('lets go of what was taken over, leaves the pods alone, and goes on with the rest', async () => {
    const { clock, pods, first, second, rob } = await robbed()
    await rob()
    first.gate.isOpen = true
    await clock.advance(10_000)
    expect([first.executor.slotsOccupied, second.executor.slotsOccupied]).toEqual([0, 2])
    expect(first.logger.lines.some(({ message }) => /taken over by other executors/.test(message))).toBe(true)
    expect([pods.all().length, pods.count('delete'), pods.count('patch')]).toEqual([2, 0, 0])
    await first.run('transform')
    pods.finish(/transform/)
    pods.finish(/extract/)
    pods.finish(/load/)
    await first.settle()
    await second.settle()
    expect(first.states()).toEqual({ transform: 'success' })
    expect(second.states()).toEqual({ extract: 'success', load: 'success' })
    expect(first.metrics.count('davit_executor.lease_renewals', { result: 'lost' })).toBe(1)
    await first.executor.end()
    await second.executor.end()
  })

  it('keeps all that nobody has taken over', async () => {
    const { clock, pods, first, second } = await robbed()
    first.gate.isOpen = true
    await clock.advance(10_000)
    expect(first.executor.slotsOccupied).toBe(2)
    pods.finish(/extract/)
    await first.settle()
    expect(first.states()).toEqual({ extract: 'success', load: 'queued' })
    await first.executor.end()
    await second.executor.end()
  })

  it('I3: neither tells nor disposes of an end that is another’s to tell', async () => {
    const { clock, pods, first, second, rob, told } = await robbed()
    pods.finish(/extract/)
    await first.settle()
    await rob()
    expect(second.states()).toMatchObject({ extract: 'success' })
    const deletions = pods.count('delete')
    first.gate.isOpen = true
    await clock.advance(20_000)
    expect(first.states()).toEqual({})
    expect(pods.count('delete')).toBe(deletions)
    expect(told('tryEnded').map(({ job }) => job)).toEqual(['2'])
    expect(told('notAccepted').map(({ detail }) => detail.takenOver)).toEqual([true])
    await first.executor.end()
    await second.executor.end()
  })

  it('sends no create before its lease is renewed, and none for what it has lost', async () => {
    const { clock, pods, start } = deployment()
    const first = await start('1')
    pods.fault({ verb: 'create', error: apiError(503, 'ServiceUnavailable', 'x'), times: 999 })
    await first.run('extract')
    await clock.advance(5_000)
    first.gate.renews = false
    await clock.advance(LEASE_MS)
    const before = pods.count('create')
    expect(before).toBeGreaterThan(1)
    await clock.advance(2 * LEASE_MS)
    expect(pods.count('create')).toBe(before)
    expect(first.executor.waitingReason(keyOf('extract'))).toMatch(/the lease of job 1 has run out/)

    pods.clearFaults()
    const second = await start('2')
    expect(await second.adopt()).toEqual(['extract'])
    await second.run()
    expect(pods.count('create')).toBe(before + 1)
    first.gate.renews = true
    await clock.advance(LEASE_MS)
    expect([first.executor.hasTask(keyOf('extract')), first.states()]).toEqual([false, {}])
    expect([pods.count('create'), pods.all().length]).toEqual([before + 1, 1])
    await first.executor.end()
    await second.executor.end()
  })
})

describe('pods of launches that are over', () => {
  it('go after a while, dead or alive; those of current launches and of other stores stay', async () => {
    const { clock, pods, store, start } = deployment()
    const first = await start('1')
    await first.run('ended', 'revoked', 'current')
    await first.executor.terminate()
    const uidOf = (name: RegExp) => pods.one(name).metadata?.uid as string
    pods.finish(/ended/)
    const launches = new Map((await store.currentLaunches()).map((launch) => [launch.key.taskId, launch]))
    const [ended, revoked] = [launches.get('ended'), launches.get('revoked')]
    if (!ended || !revoked) throw new Error('no launches')
    await store.commitOutcomes([{ launch: { ...ended, uid: uidOf(/ended/) }, state: 'success', info: null }])
    await store.revokeLaunch(revoked)
    const strange = pods.one(/current/)
    const labels = { ...strange.metadata?.labels, 'davit-launch': '1-1-stranger' }
    pods.put({
      ...strange,
      metadata: { name: 'of-another-store', labels, annotations: strange.metadata?.annotations ?? {} },
    })
    const second = await start('2')
    const look = async () => {
      const looking = second.executor.adoptCompletedPods()
      await clock.advance(10_000)
      await looking
      await second.settle()
      return pods.all().map(({ metadata }) => metadata?.name?.replace(/^sales-|-[^-]+$/g, ''))
    }
    expect(await look()).toEqual(['ended', 'current', 'of-another'])
    await clock.advance(300_000)
    expect(await look()).toEqual(['current', 'of-another'])
    await second.executor.end()
  })
})

describe('a task of another executor’s pod', () => {
  async function adopted() {
    const all = deployment()
    const first = await all.start('1')
    await first.run('extract')
    await first.executor.terminate()
    await all.clock.advance(LEASE_MS)
    return { ...all, second: await all.start('2') }
  }

  it('has its log found under the name of its creator', async () => {
    const { pods, second } = await adopted()
    pods.start(/extract/)
    pods.logs.set(pods.one(/extract/).metadata?.name ?? '', 'hello\n')
    const [, logs] = await second.executor.getTaskLog({ key: keyOf('extract'), queuedByJobId: '2' }, 1)
    expect(logs).toEqual(['hello'])
    await second.executor.end()
  })

  it('I6: is revoked in the store before its pod goes', async () => {
    const { pods, second, told } = await adopted()
    await second.executor.revokeTask({ key: keyOf('extract'), queuedByJobId: '1' })
    await second.settle()
    expect([pods.all(), told('revoked').map(({ job }) => job)]).toEqual([[], ['2']])
    await second.executor.end()
  })

  it('is revoked once store and server answer', async () => {
    const { clock, pods, second, told } = await adopted()
    second.gate.isOpen = false
    await second.executor.revokeTask({ key: keyOf('extract'), queuedByJobId: '1' })
    await second.settle()
    expect(pods.all()).toHaveLength(1)
    second.gate.isOpen = true
    pods.fault({ verb: 'list', error: apiError(503, 'ServiceUnavailable', 'x') })
    await clock.advance(10_000)
    await second.settle()
    expect([pods.all(), told('revoked').length]).toEqual([[], 1])
    await second.executor.end()
    expect(clock.pendingCount).toBe(0)
  })

  it('is left alone while its owner lives', async () => {
    const { pods, start } = deployment()
    const first = await start('1')
    await first.run('extract')
    const second = await start('2')
    await second.executor.revokeTask({ key: keyOf('extract'), queuedByJobId: '1' })
    await second.settle()
    expect([pods.all().length, pods.count('delete')]).toEqual([1, 0])
    await first.executor.end()
    await second.executor.end()
  })
})
