import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import { creates, ratePerSecond } from '../measuring/audit-times.ts'
import { workOnServer } from './work-on-server.ts'

const sizes = { full: 5_000, quick: 1_000 } as const
const WARM_UP = 300

/** B1: how many pods a second are created, and what one costs. The pods run until the end. */
export const launch: Benchmark = {
  name: 'B1',
  title: (size) => `launch ${sizes[size]} held pods`,
  metrics: [
    { name: 'creates/s', digits: 0 },
    { name: 'client CPU ms/create' },
    { name: 'API server CPU ms/create' },
    { name: 'etcd CPU ms/create' },
  ],
  contenders: {
    davit: (context) => measure(context, sizes[context.size], 'davit'),
    tuned: (context) => measure(context, sizes[context.size], 'tuned-loop'),
    plain: (context) => measure(context, sizes[context.size], 'plain-loop'),
  },
}

async function measure(context: BenchContext, count: number, script: string): Promise<Measures> {
  const parameters = { phase: 'launch', warmUp: WARM_UP, count, inFlight: 64 }
  return await workOnServer(
    context,
    { phase: 'launch', isHeld: true, command: (given) => clientOf(script, { ...given, ...parameters }, context) },
    async ({ server, phase }) => {
      const made = await creates(server, phase.from, count)
      return {
        'creates/s': ratePerSecond(made, phase.from),
        'client CPU ms/create': phase.clientCpuMs / count,
        'API server CPU ms/create': (phase.serverCpuMs['kube-apiserver'] ?? 0) / count,
        'etcd CPU ms/create': (phase.serverCpuMs.etcd ?? 0) / count,
      }
    },
  )
}
