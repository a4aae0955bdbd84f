import { join } from 'node:path'
import type { PodRequest } from '../../test/kubernetes/audit-log.ts'
import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import type { AdoptionMode } from '../clients/kept-launches.ts'
import { secondsOf, successful } from '../measuring/audit-times.ts'
import type { ClientProcess } from '../measuring/client-process.ts'
import { measurePhase } from '../measuring/measure-phase.ts'
import { airflowTakeover } from './airflow-takeover.ts'
import { clientsOnServer } from './clients-on-server.ts'

const sizes = { full: 10_000, quick: 400 } as const
/** As Davit adopts. */
const IN_FLIGHT = 32

const patchMetrics = [
  { name: 'patches/s', digits: 0 },
  { name: 'bare patches/s', digits: 0 },
  { name: 'times bare patches' },
]

/**
 * B9: an executor is killed with its pods running, and another one comes up: until it answers for every launch, beside a
 * client that lists the same pods on the same server just before. By label each pod is patched as well, beside a loop that
 * sends the same patches just after.
 */
export const takeovers: readonly Benchmark[] = (['lease', 'label'] as const).map((adoption) => ({
  name: `B9/${adoption}`,
  title: (size) => `take ${sizes[size]} running pods over from an executor that was killed, by ${adoption}`,
  metrics: [
    { name: 'seconds' },
    { name: 'bare list seconds' },
    { name: 'times bare list' },
    { name: 'event loop blocked ms', digits: 1 },
    { name: 'process start ms', digits: 0 },
    { name: 'client CPU ms/pod' },
    ...(adoption === 'label' ? patchMetrics : []),
  ],
  contenders: {
    davit: (context) => measure(context, adoption),
    ...(adoption === 'label' ? { 'airflow (1000 pods)': airflowTakeover } : {}),
  },
  maxRuns: 3,
  onlyFull: ['airflow (1000 pods)'],
}))

async function measure(context: BenchContext, adoption: AdoptionMode): Promise<Measures> {
  const count = sizes[context.size]
  const launches = join(context.folder, 'launches.json')
  return await clientsOnServer(context, async ({ server, template, start }) => {
    const { kubeconfigPath: kubeconfig } = server
    const given = { kubeconfig, template, adoption, launches }
    const first = start('first', clientOf('davit-outlived', { ...given, count }, context))
    await first.ready('outlived')
    process.kill(first.pid, 'SIGKILL')

    const labelSelector = 'kubernetes_executor=True,airflow-worker=first'
    const parameters = { kubeconfig, labelSelector, inFlight: IN_FLIGHT }
    const bare = start('bare', clientOf('bare-takeover', parameters, context))
    const list = await measurePhase(bare, 'list')
    if (list.measures.pods !== count) throw new Error(`${list.measures.pods} of ${count} pods were listed`)

    const second = start('second', clientOf('davit-takeover', given, context))
    const { measures, clientCpuMs, from } = await measurePhase(second, 'takeover')
    const { takenMs = Number.NaN, blockedMs = Number.NaN, processStartMs = Number.NaN } = measures
    await second[Symbol.asyncDispose]()
    const listMs = list.measures.takenMs ?? Number.NaN
    return {
      seconds: takenMs / 1000,
      'bare list seconds': listMs / 1000,
      'times bare list': takenMs / listMs,
      'event loop blocked ms': blockedMs,
      'process start ms': processStartMs,
      'client CPU ms/pod': clientCpuMs / count,
      ...(adoption === 'label' ? await patchRates(bare, { server, count, from }) : {}),
    }
  })
}

async function patchRates(
  bare: ClientProcess,
  { server, count, from }: { server: Parameters<typeof successful>[0]; count: number; from: number },
): Promise<Measures> {
  const isPatch = ({ verb, user }: PodRequest) => verb === 'patch' && user === 'admin'
  const ours = await successful(server, from, count, isPatch)
  const phase = await measurePhase(bare, 'patch')
  const theirs = await successful(server, phase.from, count, isPatch)
  const [rate, bareRate] = [ours.length / secondsOf(ours), theirs.length / secondsOf(theirs)]
  return { 'patches/s': rate, 'bare patches/s': bareRate, 'times bare patches': rate / bareRate }
}
