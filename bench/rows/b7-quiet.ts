import { type Airflow, startAirflow } from '../airflow/airflow.ts'
import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import type { WatchKind } from '../clients/watch-pods.ts'
import { isList, labelSelectorOf, requestsSince } from '../measuring/audit-times.ts'
import type { ClientProcess } from '../measuring/client-process.ts'
import { measurePhase } from '../measuring/measure-phase.ts'
import { clientsOnServer, type ServedClients } from './clients-on-server.ts'

/** The others' cost by the minute shows sooner: nothing of theirs comes once in ten minutes. */
const sizes = {
  full: { warmUp: 1_000, count: 10_000, quietSeconds: 600, othersQuietSeconds: 60 },
  quick: { warmUp: 200, count: 700, quietSeconds: 3, othersQuietSeconds: 3 },
} as const

/** B7 and B8: what many running pods cost that nothing happens to. */
export const quiet: Benchmark = {
  name: 'B7',
  title: (size) =>
    `${sizes[size].count} running pods, ${sizes[size].quietSeconds} s without an event (the others: ${sizes[size].othersQuietSeconds} s)`,
  metrics: [
    { name: 'client CPU %' },
    { name: 'heap bytes/pod', digits: 0 },
    { name: 'RSS MiB', digits: 0 },
    { name: 'requests/min' },
    { name: 'relists', digits: 0 },
    { name: 'API server CPU %' },
  ],
  contenders: {
    davit: (context) => measure(context, { subject: launchByDavit, hasHeap: true }),
    tuned: (context) => measure(context, { subject: lookOn('protobuf'), hasHeap: true }),
    'client-node': (context) => measure(context, { subject: lookOn('client-node'), hasHeap: true }),
    airflow: async (context) => {
      await using airflow = await startAirflow(context)
      return await measure(context, { subject: launchBy(airflow), hasHeap: false })
    },
  },
  maxRuns: 1,
  onlyFull: ['client-node', 'airflow', 'tuned'],
}

interface Measured {
  readonly subject: Subject
  /** It can say how much of its heap is in use. */
  readonly hasHeap: boolean
}

/** Gives a client that has all the pods in sight. */
type Subject = (context: BenchContext, clients: ServedClients) => Promise<ClientProcess>

const launchByDavit: Subject = async (context, { server, template, start }) => {
  const { kubeconfigPath: kubeconfig } = server
  const parameters = given(context, sizes[context.size].quietSeconds)
  return start('davit', clientOf('davit-quiet', { kubeconfig, template, ...parameters }, context))
}

const lookOn =
  (kind: WatchKind): Subject =>
  async (context, { server, template, start }) => {
    const { kubeconfigPath: kubeconfig } = server
    const parameters = given(context)
    const launching = { kubeconfig, template, phase: 'launch', inFlight: 64, ...parameters }
    const loop = start('launch', clientOf('plain-loop', launching, context))
    const watch = start(kind, clientOf('bare-quiet', { kubeconfig, kind, ...parameters }, context))
    await watch.ready('look on')
    watch.go()
    await loop.ready('launch')
    loop.go()
    await loop.done('launch')
    await watch.done('look on')
    loop.release()
    watch.release()
    return watch
  }

const launchBy =
  (airflow: Airflow): Subject =>
  async (context, { server, template, start }) => {
    const { warmUp, count, quietMs } = given(context)
    const execution = { setting: 'tuned', kubeconfig: server.kubeconfigPath, template } as const
    return start('airflow', airflow.driver(execution, { phase: 'quiet', count: warmUp + count, quietMs }))
  }

function given({ size }: BenchContext, quietSeconds: number = sizes[size].othersQuietSeconds) {
  const { warmUp, count } = sizes[size]
  return { warmUp, count, quietMs: quietSeconds * 1000 }
}

async function measure(context: BenchContext, { subject, hasHeap }: Measured): Promise<Measures> {
  return await clientsOnServer(context, async (served) => {
    const { server } = served
    const client = await subject(context, served)
    const phase = await measurePhase(client, 'quiet', server.processes)
    const asked = (await requestsSince(server, 0)).filter(({ user }) => user === 'admin')
    const requests = asked.filter(({ received }) => received >= phase.from && received <= phase.to)
    const watched = new Set(asked.filter(({ verb }) => verb === 'watch').map(labelSelectorOf))
    const percent = (cpuMs = 0) => (cpuMs / phase.wallMs) * 100
    return {
      'client CPU %': percent(phase.clientCpuMs),
      ...(hasHeap ? { 'heap bytes/pod': await heapBytesPerPod(client) } : {}),
      'RSS MiB': phase.clientResidentBytes / 2 ** 20,
      'requests/min': requests.length / (phase.wallMs / 60_000),
      // Not the searches of other pods, as for those that dead executors have left.
      relists: requests.filter((request) => isList(request) && watched.has(labelSelectorOf(request))).length,
      'API server CPU %': percent(phase.serverCpuMs['kube-apiserver']),
    }
  })
}

async function heapBytesPerPod(client: ClientProcess): Promise<number> {
  await client.ready('heap')
  client.go()
  const { bytesPerPod = Number.NaN } = await client.done('heap')
  client.release()
  return bytesPerPod
}
