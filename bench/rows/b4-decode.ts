import { join } from 'node:path'
import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import { ClientProcess } from '../measuring/client-process.ts'
import { measurePhase } from '../measuring/measure-phase.ts'
import { type RecordedStreams, recordStreams } from '../server/record-streams.ts'

const sizes = { full: 100_000, quick: 20_000 } as const

/** What a real server has sent: once for all contenders and runs. */
let recorded: RecordedStreams | undefined

/** B4: from the bytes of a watch to what is kept of each pod. No server takes part in it, and no network. */
export const decode: Benchmark = {
  name: 'B4',
  title: (size) => `decode ${sizes[size]} recorded events of pods with 14 env, 4 volumes and managed fields`,
  metrics: [
    { name: 'us/event' },
    { name: 'CPU us/event' },
    { name: 'GC pause p99 ms' },
    { name: 'bytes/event', digits: 0 },
  ],
  contenders: {
    davit: (context) => measure(context, 'davit-decode', 'protobuf'),
    'davit with JSON': (context) => measure(context, 'davit-decode', 'json'),
    'JSON.parse': (context) => measure(context, 'json-parse', 'json'),
  },
  async prepare({ signal }) {
    recorded ??= await recordStreams(signal)
  },
}

async function measure(context: BenchContext, script: string, encoding: keyof RecordedStreams): Promise<Measures> {
  if (recorded === undefined) throw new Error('no stream is recorded')
  const parameters = { ...recorded[encoding], count: sizes[context.size] }
  await using client = new ClientProcess(clientOf(script, parameters, context), join(context.folder, 'client.log'))
  return (await measurePhase(client, 'decode')).measures
}
