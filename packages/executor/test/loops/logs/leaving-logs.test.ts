import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import type { LogOptions, PodVerbs } from '../../../src/kube/kube-client.ts'
import type { Pod } from '../../../src/kube/types.ts'
import { adoptedEntry } from '../../../src/loops/launch-entry.ts'
import type { Launch } from '../../../src/loops/launch-store.ts'
import { LeavingLogs } from '../../../src/loops/logs/leaving-logs.ts'
import { projectPod } from '../../../src/loops/tracking/pod-record.ts'
import { RecordedLogger } from '../../support/recorded-logger.ts'
import { keyOf } from '../../support/start-executor.ts'

const launch: Launch = {
  id: '1-1-x',
  key: keyOf('extract'),
  number: 1,
  podName: 'extract-x',
  namespace: 'default',
  uid: 'u1',
}

function record(deletionTimestamp?: string, running: object | null = { startedAt: '2026-01-01T00:00:00Z' }) {
  const pod: Pod = {
    metadata: { name: 'extract-x', namespace: 'default', uid: 'u1', ...(deletionTimestamp && { deletionTimestamp }) },
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'base', image: '', imageID: '', ready: true, restartCount: 0, state: running ? { running } : {} },
      ],
    },
  }
  return projectPod(pod)
}

/** A pod whose log goes on until `end`. */
function setup() {
  const clock = new FakeClock()
  const asked: LogOptions[] = []
  const end = Promise.withResolvers<void>()
  const pods = {
    async *log(_namespace: string, _name: string, options: LogOptions) {
      asked.push(options)
      yield new TextEncoder().encode('one\n')
      const aborted = new Promise((_, reject) =>
        options.signal?.addEventListener('abort', () => reject(new Error('aborted'))),
      )
      await Promise.race([end.promise, aborted])
      yield new TextEncoder().encode('last\n')
    },
  } as unknown as PodVerbs
  const kept: string[] = []
  const logArchive = {
    async archive(_launch: Launch, log: AsyncIterable<Uint8Array>) {
      try {
        for await (const chunk of log) kept.push(new TextDecoder().decode(chunk))
      } catch {
        kept.push('cut')
      }
      return 'here'
    },
  }
  const entry = adoptedEntry(launch, 1, record())
  const logs = new LeavingLogs({ pods, clock, logger: new RecordedLogger(), logArchive })
  return { clock, asked, end, kept, entry, logs }
}

const leaving = () => record('2026-01-01T00:00:30Z')

describe('LeavingLogs', () => {
  it('P17: follows the log of a running pod from when it is deleted until its container ends, once', async () => {
    const { clock, asked, end, kept, entry, logs } = setup()
    entry.wasRunning = true
    logs.see(entry, record())
    expect(logs.has('u1')).toBe(false)
    logs.see(entry, leaving())
    logs.see(entry, leaving())
    end.resolve()
    await clock.advance(0)
    expect(await logs.take('u1')).toBe('here')
    expect([asked.map(({ follow }) => follow), kept.join('')]).toEqual([[true], 'one\nlast\n'])
    expect([logs.has('u1'), await logs.take('u1')]).toEqual([false, null])
    await clock.advance(0)
    expect(clock.pendingCount).toBe(0)
  })

  it('keeps what came of one that does not end, five seconds after its pod has', async () => {
    const { clock, kept, entry, logs } = setup()
    entry.wasRunning = true
    logs.see(entry, leaving())
    await clock.advance(0)
    const taken = logs.take('u1')
    await clock.advance(5_000)
    expect([await taken, kept]).toEqual(['here', ['one\n', 'cut']])
  })

  it('leaves alone what never ran, and stops clean', async () => {
    const { clock, asked, entry, logs } = setup()
    logs.see(entry, leaving())
    entry.wasRunning = true
    logs.see(entry, record('2026-01-01T00:00:30Z', null))
    expect(asked).toEqual([])
    logs.see(entry, leaving())
    await logs.stop()
    expect(clock.pendingCount).toBe(0)
  })
})
