import { startAirflow } from '../airflow/airflow.ts'
import type { AirflowSetting } from '../airflow/airflow-environment.ts'
import type { BenchContext, Contender, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import type { ClientCommand } from '../measuring/client-process.ts'
import type { GivenServer } from './work-on-server.ts'

export interface PodWork {
  readonly phase: 'launch' | 'lifecycle'
  /** How many pods before the measured ones. */
  readonly warmUps: Readonly<Record<BenchContext['size'], number>>
  readonly sizes: Readonly<Record<BenchContext['size'], number>>
  /** Airflow's share takes minutes otherwise; rates are compared. */
  readonly airflowSizes: Readonly<Record<BenchContext['size'], number>>
  /** One run of whoever is started by this command, with so many pods. */
  readonly measure: (
    context: BenchContext,
    count: number,
    command: (given: GivenServer) => ClientCommand,
  ) => Promise<Measures>
}

const AIRFLOW_WARM_UP = 20

/** Everybody who can launch pods: Davit, the ceilings, the peers. */
export function podContenders({ phase, warmUps, sizes, airflowSizes, measure }: PodWork): Record<string, Contender> {
  const client =
    (script: string): Contender =>
    async (context) => {
      const count = sizes[context.size]
      const parameters = { phase, warmUp: warmUps[context.size], count, inFlight: 64 }
      return await measure(context, count, (given) => clientOf(script, { ...given, ...parameters }, context))
    }
  const airflow =
    (setting: AirflowSetting): Contender =>
    async (context) => {
      const count = airflowSizes[context.size]
      await using started = await startAirflow(context)
      return await measure(context, count, (given) =>
        started.driver({ setting, ...given }, { phase, warmUp: AIRFLOW_WARM_UP, count }),
      )
    }
  return {
    davit: client('davit'),
    tuned: client('tuned-loop'),
    plain: client('plain-loop'),
    'client-node': client('client-node'),
    'airflow default': airflow('default'),
    'airflow tuned': airflow('tuned'),
  }
}
