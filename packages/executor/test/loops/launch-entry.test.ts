import { describe, expect, it } from 'vitest'
import { newEntry } from '../../src/loops/launch-entry.ts'
import type { PassingState } from '../../src/loops/passing-state.ts'
import { keyOf } from '../support/start-executor.ts'

function entryOf(mayExist: boolean) {
  const key = keyOf('extract')
  const wishes = { podOverride: null, podTemplateFile: null, infrastructureRetries: 3 }
  return newEntry({ key, args: ['true'], ...wishes, priority: 1, queue: null, launchNumber: 1, mayExist }, 0, 'default')
}

describe('LaunchEntry', () => {
  it('keeps what is set, each entry for itself', () => {
    const [one, other] = [entryOf(true), entryOf(false)]
    one.sentPod = { metadata: { name: 'sent' } }
    one.recordAskedAt = 7
    expect([one.mayExist, one.sentPod?.metadata?.name, one.recordAskedAt]).toEqual([true, 'sent', 7])
    expect([other.mayExist, other.sentPod, other.recordAskedAt]).toEqual([false, null, 0])
    one.sentPod = null
    expect(one.sentPod).toBeNull()
  })

  it('forgets the way of its pod once that runs', () => {
    const entry = entryOf(true)
    entry.pending = { stage: 'pulling', reason: 'ErrImagePull' }
    entry.startedRunning()
    expect([entry.wasRunning, entry.mayExist, entry.pending]).toEqual([true, false, null])
    entry.hasFreed = true
    expect(entry.hasFreed).toBe(true)
  })

  it.each([
    ['supersedes', { launchId: '1-1-a', failure: { class: 'infrastructure', evidence: 'e', message: 'm' } } as never],
    ['infrastructureFailures', 2],
    ['replacing', { isRevoked: false, isOver: false }],
    ['hasFreed', true],
    ['outcome', { state: 'failed' } as never],
  ] satisfies [keyof PassingState, unknown][])(
    'keeps %s of one that is being replaced, or has ended',
    (name, value) => {
      const entry = entryOf(false)
      Object.assign(entry, { [name]: value })
      entry.startedRunning()
      expect(entry[name]).toBe(value)
    },
  )
})
