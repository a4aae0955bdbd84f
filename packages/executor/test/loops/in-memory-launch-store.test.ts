import { describe, expect, it } from 'vitest'
import { InMemoryLaunchStore } from '../../src/loops/in-memory-launch-store.ts'
import type { Launch } from '../../src/loops/launch-store.ts'
import { keyOf } from '../support/start-executor.ts'

const launch = (number = 1): Launch => ({
  id: `1-${number}-abcdefgh`,
  key: keyOf('extract'),
  number,
  podName: `p-${number}`,
  namespace: 'n',
})
const failure = { class: 'infrastructure', evidence: 'a=b', message: 'lost' } as const
const outcome = (of: Launch, uid = 'u1') => ({ launch: { ...of, uid }, state: 'success', info: null }) as const

describe('InMemoryLaunchStore', () => {
  it('says that its memory ends with the process', () => {
    expect(new InMemoryLaunchStore().isVolatile).toBe(true)
  })

  it('records a launch again after a lost answer, with the same result', async () => {
    const store = new InMemoryLaunchStore()
    const first = await store.recordLaunch({ launch: launch() })
    expect(await store.recordLaunch({ launch: launch() })).toEqual(first)
    expect(await store.currentLaunches()).toEqual([launch()])
  })

  it('takes the next launch only in the place of the current one', async () => {
    const store = new InMemoryLaunchStore()
    await store.recordLaunch({ launch: launch(1) })
    expect(await store.recordLaunch({ launch: launch(2) })).toMatchObject({ recorded: false })
    const next = { launch: launch(2), supersedes: { launchId: launch(1).id, failure } }
    expect(await store.recordLaunch(next)).toMatchObject({ recorded: true })
    expect(await store.recordLaunch(next)).toMatchObject({ recorded: true })
    expect(await store.currentLaunches()).toEqual([launch(2)])
  })

  it('I2: binds one uid, and accepts no outcome of another launch or uid', async () => {
    const store = new InMemoryLaunchStore()
    await store.recordLaunch({ launch: launch() })
    expect(await store.bindPod(launch(), 'u1')).toBe(true)
    expect(await store.bindPod(launch(), 'u1')).toBe(true)
    expect(await store.bindPod(launch(), 'u2')).toBe(false)
    expect(await store.bindPod(launch(2), 'u1')).toBe(false)
    expect(await store.commitOutcomes([outcome(launch(2)), outcome(launch(), 'u2'), outcome(launch())])).toEqual([
      { accepted: false, state: null },
      { accepted: false, state: null },
      { accepted: true, state: 'success' },
    ])
    expect(await store.currentLaunches()).toEqual([])
  })

  it('forgets a revoked launch', async () => {
    const store = new InMemoryLaunchStore()
    await store.recordLaunch({ launch: launch() })
    await store.revokeLaunch(launch())
    expect(await store.currentLaunches()).toEqual([])
  })

  it('keeps resource versions as they were saved', async () => {
    const store = new InMemoryLaunchStore()
    const versions = new Map([['n', '7']])
    await store.resourceVersions.save(versions)
    versions.set('n', '8')
    expect(await store.resourceVersions.load()).toEqual(new Map([['n', '7']]))
  })
})
