import { readFile } from 'node:fs/promises'
import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RecordedStream } from '../server/record-streams.ts'
import { percentile } from '../statistics.ts'
import { ClientChannel } from './client-channel.ts'

interface ReplayParameters extends RecordedStream {
  /** How many events in all: the stream is replayed as often as that takes. */
  readonly count: number
}

/** As large as what TLS hands over at a time. */
const CHUNK = 16 * 1024
const WARM_UP = 5_000

/** Takes in one replay, chunk by chunk; returns how many events were in it. */
export type Replay = (chunks: readonly Buffer[]) => number

/**
 * One measured phase `decode`: a recorded stream again and again, in chunks as the network would bring it.
 *
 * @param decoder makes what takes in a replay, for the stream's content type
 */
export async function replayStream(decoder: (contentType: string) => Replay): Promise<void> {
  const channel = await ClientChannel.open<ReplayParameters>()
  const { path, contentType, events, count } = channel.parameters
  const bytes = await readFile(path)
  const chunks = Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, at) =>
    bytes.subarray(at * CHUNK, (at + 1) * CHUNK),
  )
  const replay = decoder(contentType)
  const replays = async (wanted: number) => {
    for (let seen = 0; seen < wanted; ) {
      const found = replay(chunks)
      if (found !== events) throw new Error(`a replay has ${found} events, and not ${events}`)
      seen += found
      await nextTurn()
    }
  }
  await replays(WARM_UP)
  await channel.phase('decode', async () => {
    const pauses: number[] = []
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) pauses.push(duration)
    })
    observer.observe({ entryTypes: ['gc'] })
    const cpuBefore = process.cpuUsage()
    const startedAt = performance.now()
    await replays(count)
    const elapsedMs = performance.now() - startedAt
    const { user, system } = process.cpuUsage(cpuBefore)
    await nextTurn()
    observer.disconnect()
    return {
      'us/event': (elapsedMs * 1000) / count,
      'CPU us/event': (user + system) / count,
      'GC pause p99 ms': pauses.length === 0 ? 0 : percentile(pauses, 0.99),
      'bytes/event': bytes.length / events,
    }
  })
}
