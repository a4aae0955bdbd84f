import type { PodRequest } from '../../test/kubernetes/audit-log.ts'
import { startAirflow } from '../airflow/airflow.ts'
import type { BenchContext, Measures } from '../benchmark.ts'
import { secondsOf, successful } from '../measuring/audit-times.ts'
import { measurePhase } from '../measuring/measure-phase.ts'
import { clientsOnServer } from './clients-on-server.ts'

/** It patches one pod after another. */
const COUNT = 1_000

/** Airflow takes the pods of an executor over that has gone, as a scheduler's start does: by label, with a patch for each. */
export async function airflowTakeover(context: BenchContext): Promise<Measures> {
  await using airflow = await startAirflow(context)
  return await clientsOnServer(context, async ({ server, template, start }) => {
    const execution = { setting: 'tuned', kubeconfig: server.kubeconfigPath, template } as const
    const first = start('first', airflow.driver(execution, { phase: 'launch', count: COUNT }))
    await measurePhase(first, 'launch')
    await first[Symbol.asyncDispose]()

    const second = start('second', airflow.driver(execution, { phase: 'adopt', count: COUNT }))
    const { measures, clientCpuMs, wallMs, from } = await measurePhase(second, 'adopt')
    if (measures.adopted !== COUNT) throw new Error(`${measures.adopted} of ${COUNT} pods were adopted`)
    const isPatch = ({ verb, user }: PodRequest) => verb === 'patch' && user === 'admin'
    const patches = await successful(server, from, COUNT, isPatch)
    return {
      seconds: wallMs / 1000,
      'client CPU ms/pod': clientCpuMs / COUNT,
      'patches/s': patches.length / secondsOf(patches),
    }
  })
}
