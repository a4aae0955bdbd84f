import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { creates, ratePerSecond } from '../measuring/audit-times.ts'
import type { ClientCommand } from '../measuring/client-process.ts'
import { podContenders } from './pod-contenders.ts'
import { type GivenServer, workOnServer } from './work-on-server.ts'

const sizes = { full: 5_000, quick: 400 } as const

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
  contenders: podContenders({
    phase: 'launch',
    warmUps: { full: 300, quick: 150 },
    sizes,
    airflowSizes: { full: 500, quick: 50 },
    measure,
  }),
  onlyFull: ['airflow default'],
}

async function measure(
  context: BenchContext,
  count: number,
  command: (given: GivenServer) => ClientCommand,
): Promise<Measures> {
  return await workOnServer(context, { phase: 'launch', isHeld: true, command }, async ({ server, phase }) => {
    const made = await creates(server, phase.from, count)
    return {
      'creates/s': ratePerSecond(made, phase.from),
      'client CPU ms/create': phase.clientCpuMs / count,
      'API server CPU ms/create': (phase.serverCpuMs['kube-apiserver'] ?? 0) / count,
      'etcd CPU ms/create': (phase.serverCpuMs.etcd ?? 0) / count,
    }
  })
}
