import { startAirflow } from '../airflow/airflow.ts'
import type { AirflowSetting } from '../airflow/airflow-environment.ts'
import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import { creates, ratePerSecond } from '../measuring/audit-times.ts'
import type { ClientCommand } from '../measuring/client-process.ts'
import { type GivenServer, workOnServer } from './work-on-server.ts'

const sizes = { full: 5_000, quick: 1_000 } as const
const WARM_UP = 300
/** Airflow's share takes minutes otherwise; rates are compared. */
const airflowSizes = { full: 500, quick: 150 } as const
const AIRFLOW_WARM_UP = 20

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
    davit: (context) => measureClient(context, 'davit'),
    tuned: (context) => measureClient(context, 'tuned-loop'),
    plain: (context) => measureClient(context, 'plain-loop'),
    'client-node': (context) => measureClient(context, 'client-node'),
    'airflow default': (context) => measureAirflow(context, 'default'),
    'airflow tuned': (context) => measureAirflow(context, 'tuned'),
  },
}

async function measureClient(context: BenchContext, script: string): Promise<Measures> {
  const count = sizes[context.size]
  const parameters = { phase: 'launch', warmUp: WARM_UP, count, inFlight: 64 }
  return await measure(context, count, (given) => clientOf(script, { ...given, ...parameters }, context))
}

async function measureAirflow(context: BenchContext, setting: AirflowSetting): Promise<Measures> {
  const count = airflowSizes[context.size]
  await using airflow = await startAirflow(context)
  return await measure(context, count, (given) =>
    airflow.driver({ setting, ...given }, { phase: 'launch', warmUp: AIRFLOW_WARM_UP, count }),
  )
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
