import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import { type CuttingRelay, startCuttingRelay } from '../server/cutting-relay.ts'
import { workOnServer } from './work-on-server.ts'

const sizes = { full: 10_000, quick: 120 } as const
const warmUps = { full: 300, quick: 64 } as const

/**
 * B3: what goes over the wire for tasks that are created, watched and deleted. Counted between the two, TLS and all, from
 * the first connection on; each connection is one handshake.
 */
export const wireBytes: Benchmark = {
  name: 'B3',
  title: (size) => `connections and bytes of ${sizes[size]} tasks of one second`,
  metrics: [
    { name: 'connections', digits: 0 },
    { name: 'KiB received/task', digits: 1 },
    { name: 'KiB sent/task', digits: 1 },
  ],
  contenders: {
    davit: (context) => measure(context, 'davit'),
    tuned: (context) => measure(context, 'tuned-loop'),
    plain: (context) => measure(context, 'plain-loop'),
    'client-node': (context) => measure(context, 'client-node'),
  },
  maxRuns: 1,
  onlyFull: ['client-node', 'tuned'],
}

async function measure(context: BenchContext, script: string): Promise<Measures> {
  const count = sizes[context.size]
  const warmUp = warmUps[context.size]
  const parameters = { phase: 'lifecycle', warmUp, count, inFlight: 64 }
  let relay: CuttingRelay | undefined
  return await workOnServer(
    context,
    {
      phase: 'lifecycle',
      isHeld: false,
      circumstances: async ({ kubeconfigPath }) => {
        relay = await startCuttingRelay(kubeconfigPath, context.folder)
        return relay
      },
      command: (given) => clientOf(script, { ...given, ...parameters }, context),
    },
    async () => {
      const { connections = 0, bytesFromServer = 0, bytesToServer = 0 } = relay ?? {}
      const perTask = (bytes: number) => bytes / 1024 / (warmUp + count)
      return {
        connections,
        'KiB received/task': perTask(bytesFromServer),
        'KiB sent/task': perTask(bytesToServer),
      }
    },
  )
}
