import type { BenchContext, Benchmark, Contender, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import { creates, ratePerSecond } from '../measuring/audit-times.ts'
import { percentile } from '../statistics.ts'
import { workOnServer } from './work-on-server.ts'

const sizes = { full: 5_000, quick: 300 } as const
const WARM_UP = 300
const IN_FLIGHT = [1, 16, 32, 64, 128]

/** B0: how many creates a second the server takes at all, by how many are in flight. */
export const ceiling: Benchmark = {
  name: 'B0',
  title: (size) => `the tuned loop: ${sizes[size]} creates, so many at once`,
  metrics: [
    { name: 'creates/s', digits: 0 },
    { name: 'p50 ms', digits: 1 },
    { name: 'p99 ms', digits: 1 },
    { name: 'client CPU ms/create' },
    { name: 'API server CPU ms/create' },
  ],
  maxRuns: 2,
  onlyFull: ['1 in flight', '16 in flight', '32 in flight', '128 in flight'],
  contenders: Object.fromEntries(
    IN_FLIGHT.map((inFlight): [string, Contender] => [
      `${inFlight} in flight`,
      (context) => measure(context, inFlight),
    ]),
  ),
}

async function measure(context: BenchContext, inFlight: number): Promise<Measures> {
  const count = sizes[context.size]
  const parameters = { phase: 'launch', warmUp: WARM_UP, count, inFlight }
  return await workOnServer(
    context,
    {
      phase: 'launch',
      isHeld: true,
      command: (given) => clientOf('tuned-loop', { ...given, ...parameters }, context),
    },
    async ({ server, phase }) => {
      const made = await creates(server, phase.from, count)
      const latencies = made.map(({ received, answered }) => answered - received)
      return {
        'creates/s': ratePerSecond(made, phase.from),
        'p50 ms': percentile(latencies, 0.5),
        'p99 ms': percentile(latencies, 0.99),
        'client CPU ms/create': phase.clientCpuMs / count,
        'API server CPU ms/create': (phase.serverCpuMs['kube-apiserver'] ?? 0) / count,
      }
    },
  )
}
