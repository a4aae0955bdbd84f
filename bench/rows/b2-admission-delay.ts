import type { Kubernetes } from '../../test/kubernetes/start-kubernetes.ts'
import { RawApi } from '../../test/support/raw-api.ts'
import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import { creates, meanInFlight, secondsOf } from '../measuring/audit-times.ts'
import { delayCreates } from '../server/delay-creates.ts'
import { type Circumstances, workOnServer } from './work-on-server.ts'

const sizes = { full: { warmUp: 300, count: 300 }, quick: { warmUp: 100, count: 192 } } as const
const IN_FLIGHT = 64

/** B2: a webhook that takes its time with every create, as a policy engine does: only creates at the same time help. */
export const admissionDelays: readonly Benchmark[] = [150, 300, 500].map(admissionDelay)

function admissionDelay(delayMs: number): Benchmark {
  return {
    name: `B2/${delayMs}ms`,
    title: (size) => `launch ${sizes[size].count} pods behind a webhook that takes ${delayMs} ms`,
    metrics: [
      { name: 'seconds' },
      { name: 'ideal seconds' },
      { name: 'in flight', digits: 0 },
      { name: 'client CPU ms/create' },
    ],
    contenders: {
      davit: (context) => measure(context, 'davit', delayMs),
      tuned: (context) => measure(context, 'tuned-loop', delayMs),
    },
  }
}

async function measure(context: BenchContext, script: string, delayMs: number): Promise<Measures> {
  const { count } = sizes[context.size]
  const parameters = { phase: 'launch', inFlight: IN_FLIGHT, ...sizes[context.size] }
  return await workOnServer(
    context,
    {
      phase: 'launch',
      isHeld: true,
      circumstances: (server) => slowAdmission(server, delayMs),
      command: (given) => clientOf(script, { ...given, ...parameters }, context),
    },
    async ({ server, phase }) => {
      const made = await creates(server, phase.from, count)
      return {
        seconds: secondsOf(made),
        'ideal seconds': (delayMs * Math.ceil(count / IN_FLIGHT)) / 1000,
        'in flight': meanInFlight(made),
        'client CPU ms/create': phase.clientCpuMs / count,
      }
    },
  )
}

async function slowAdmission({ kubeconfig }: Kubernetes, delayMs: number): Promise<Circumstances> {
  const api = new RawApi(kubeconfig)
  const webhook = await delayCreates(api, 'default', delayMs)
  return {
    async [Symbol.asyncDispose]() {
      await webhook[Symbol.asyncDispose]()
      api[Symbol.dispose]()
    },
  }
}
