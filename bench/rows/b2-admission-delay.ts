import type { Kubernetes } from '../../test/kubernetes/start-kubernetes.ts'
import { RawApi } from '../../test/support/raw-api.ts'
import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import { creates, meanInFlight, secondsOf } from '../measuring/audit-times.ts'
import { delayCreates } from '../server/delay-creates.ts'
import { type Circumstances, workOnServer } from './work-on-server.ts'

const COUNT = 300
const WARM_UP = 300
const IN_FLIGHT = 64

/** B2: a webhook that takes its time with every create, as a policy engine does: only creates at the same time help. */
export const admissionDelays: readonly Benchmark[] = [150, 300, 500].map(admissionDelay)

function admissionDelay(delayMs: number): Benchmark {
  return {
    name: `B2/${delayMs}ms`,
    title: () => `launch ${COUNT} pods behind a webhook that takes ${delayMs} ms`,
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
  const parameters = { phase: 'launch', warmUp: WARM_UP, count: COUNT, inFlight: IN_FLIGHT }
  return await workOnServer(
    context,
    {
      phase: 'launch',
      isHeld: true,
      circumstances: (server) => slowAdmission(server, delayMs),
      command: (given) => clientOf(script, { ...given, ...parameters }, context),
    },
    async ({ server, phase }) => {
      const made = await creates(server, phase.from, COUNT)
      return {
        seconds: secondsOf(made),
        'ideal seconds': (delayMs * Math.ceil(COUNT / IN_FLIGHT)) / 1000,
        'in flight': meanInFlight(made),
        'client CPU ms/create': phase.clientCpuMs / COUNT,
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
