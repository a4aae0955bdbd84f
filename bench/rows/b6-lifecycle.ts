import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { ratePerSecond, requestsSince, successful } from '../measuring/audit-times.ts'
import type { ClientCommand } from '../measuring/client-process.ts'
import { podContenders } from './pod-contenders.ts'
import { type GivenServer, workOnServer } from './work-on-server.ts'

const sizes = { full: 5_000, quick: 160 } as const

/** Whom the kubeconfig makes of the client; the server's parts have users of their own. */
const CLIENT = 'admin'

/** B6: tasks from the queue to the outcome: created, run for a second by kwok, seen to have ended, deleted. */
export const lifecycle: Benchmark = {
  name: 'B6',
  title: (size) => `full lifecycle of ${sizes[size]} tasks of one second`,
  metrics: [
    { name: 'lifecycles/s', digits: 1 },
    { name: 'client CPU ms/task' },
    { name: 'API server CPU ms/task' },
    { name: 'etcd CPU ms/task' },
    { name: 'kwok CPU ms/task' },
    { name: 'requests/task' },
  ],
  contenders: podContenders({
    phase: 'lifecycle',
    warmUps: { full: 200, quick: 50 },
    sizes,
    airflowSizes: { full: 500, quick: 30 },
    measure,
  }),
  onlyFull: ['airflow default', 'client-node'],
}

async function measure(
  context: BenchContext,
  count: number,
  command: (given: GivenServer) => ClientCommand,
): Promise<Measures> {
  return await workOnServer(context, { phase: 'lifecycle', isHeld: false, command }, async ({ server, phase }) => {
    // kwok deletes too, when it takes a pod away that is being deleted.
    const requests = await successful(
      server,
      phase.from,
      2 * count,
      ({ verb, subresource, user }) => ['create', 'delete'].includes(verb) && subresource === null && user !== 'kwok',
    )
    const ofClient = (await requestsSince(server, phase.from)).filter(({ user }) => user === CLIENT)
    const perTask = (cpuMs = 0) => cpuMs / count
    return {
      'lifecycles/s': ratePerSecond(requests, phase.from) / 2,
      'client CPU ms/task': perTask(phase.clientCpuMs),
      'API server CPU ms/task': perTask(phase.serverCpuMs['kube-apiserver']),
      'etcd CPU ms/task': perTask(phase.serverCpuMs.etcd),
      'kwok CPU ms/task': perTask(phase.serverCpuMs.kwok),
      'requests/task': ofClient.length / count,
    }
  })
}
