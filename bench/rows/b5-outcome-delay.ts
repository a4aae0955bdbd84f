import { startAirflow } from '../airflow/airflow.ts'
import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import { secondsOf, successful } from '../measuring/audit-times.ts'
import type { ClientProcess } from '../measuring/client-process.ts'
import { epochNow } from '../measuring/epoch-now.ts'
import { percentile } from '../statistics.ts'
import { clientsOnServer, type ServedClients } from './clients-on-server.ts'
import { launchHeld } from './launch-held.ts'
import { delaysOf, isEnd } from './outcome-times.ts'

/** Seconds of changes. */
const sizes = { full: 20, quick: 2 } as const

/**
 * B5: how long after the kubelet's word that a pod has ended its outcome comes out of the executor, beside watches that do
 * nothing else, on the same server at the same time. From when the API server has the patch, by its audit log. Davit and
 * Airflow also delete each pod, which the watches do not.
 */
export const outcomeDelays: readonly Benchmark[] = [50, 200].map(outcomeDelay)

function outcomeDelay(perSecond: number): Benchmark {
  return {
    name: `B5/${perSecond}`,
    title: (size) => `pods that end, ${perSecond} a second for ${sizes[size]} s, to their outcomes`,
    metrics: [
      { name: 'p50 ms', digits: 1 },
      { name: 'p99 ms', digits: 1 },
      { name: 'p50 ms over bare', digits: 1 },
      { name: 'p99 ms over bare', digits: 1 },
      { name: 'p50 ms over tuned', digits: 1 },
      { name: 'p99 ms over tuned', digits: 1 },
      { name: 'changes/s', digits: 0 },
    ],
    contenders: {
      davit: (context) => measure(context, perSecond, launchByDavit),
      'client-node': (context) => measure(context, perSecond, watchByClientNode),
      airflow: (context) => measureAirflow(context, perSecond),
    },
    maxRuns: 3,
    onlyFull: perSecond > 50 ? ['client-node', 'airflow'] : ['client-node'],
  }
}

/** Brings the pods of a run to life, and gives the client that is to know of their ends, ready for the changes. */
type Subject = (context: BenchContext, clients: ServedClients, count: number) => Promise<ClientProcess>

const launchByDavit: Subject = async (context, { server, template, start }, count) => {
  const davit = start(
    'davit',
    clientOf('davit-outcomes', { kubeconfig: server.kubeconfigPath, template, count }, context),
  )
  await davit.ready('changes')
  return davit
}

const watchByClientNode: Subject = async (context, served, count) => {
  await launchHeld(context, served, count)
  const { kubeconfigPath: kubeconfig } = served.server
  const watch = served.start(
    'client-node',
    clientOf('bare-outcomes', { kubeconfig, kind: 'client-node', count }, context),
  )
  await watch.ready('changes')
  return watch
}

async function measureAirflow(context: BenchContext, perSecond: number): Promise<Measures> {
  await using airflow = await startAirflow(context)
  return await measure(context, perSecond, async (_context, { server, template, start }, count) => {
    const execution = { setting: 'tuned', kubeconfig: server.kubeconfigPath, template } as const
    const driver = start('airflow', airflow.driver(execution, { phase: 'changes', count }))
    await driver.ready('changes')
    return driver
  })
}

async function measure(context: BenchContext, perSecond: number, subject: Subject): Promise<Measures> {
  const count = perSecond * sizes[context.size]
  return await clientsOnServer(context, async (served) => {
    const { server, start } = served
    const { kubeconfigPath: kubeconfig } = server
    const measured = await subject(context, served, count)
    const bare = (['json', 'protobuf'] as const).map((kind) =>
      start(kind, clientOf('bare-outcomes', { kubeconfig, kind, count }, context)),
    )
    const driver = start('driver', clientOf('end-pods', { kubeconfig, perSecond }, context))
    for (const client of [...bare, driver]) await client.ready('changes')
    const clients = [measured, ...bare, driver]
    const from = epochNow()
    for (const client of clients) client.go()
    const [theirs = {}, json = {}, protobuf = {}] = await Promise.all(clients.map((client) => client.done('changes')))
    for (const client of clients) client.release()
    const ends = await successful(server, from, count, isEnd)
    const [mine = [], bareOnes = [], tuned = []] = [theirs, json, protobuf].map((knownAt) => delaysOf(knownAt, ends))
    const over = (share: number, other: readonly number[]) => percentile(mine, share) - percentile(other, share)
    return {
      'p50 ms': percentile(mine, 0.5),
      'p99 ms': percentile(mine, 0.99),
      'p50 ms over bare': over(0.5, bareOnes),
      'p99 ms over bare': over(0.99, bareOnes),
      'p50 ms over tuned': over(0.5, tuned),
      'p99 ms over tuned': over(0.99, tuned),
      'changes/s': ends.length / secondsOf(ends),
    }
  })
}
