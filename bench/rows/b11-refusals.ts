import { startAirflow } from '../airflow/airflow.ts'
import type { BenchContext, Benchmark, Contender, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import { creates, ratePerSecond, requestsSince } from '../measuring/audit-times.ts'
import { CreateRefusals } from '../server/create-refusals.ts'
import { limitCreates } from '../server/limit-creates.ts'
import { limitPods } from '../server/limit-pods.ts'
import { startRefusingFront } from '../server/refusing-front.ts'
import { type ServerWork, type WorkOptions, workOnServer } from './work-on-server.ts'

type Size = BenchContext['size']
type Client = Pick<WorkOptions, 'command'>

/** Clients that work under the same limit. Airflow is given fewer tasks: rates and shares are compared. */
interface Limited {
  readonly name: string
  readonly title: (count: number) => string
  readonly phase: 'launch' | 'lifecycle'
  readonly counts: Readonly<Record<Size, number>>
  /** What the loop is told, which Davit is to find out. */
  readonly told: { readonly inFlight: number; readonly slots?: number }
  readonly run: (context: BenchContext, client: Client, count: number) => Promise<Measures>
}

const warmUps = { full: 300, quick: 60 } as const
const airflowCounts = { full: 300, quick: 60 } as const
const IN_FLIGHT = 64
const SLOTS = 50
/** What waits beside the seats of the priority level; the fewest seats are 3. */
const QUEUE_LENGTH = 8
const SEATS = 3

const SHARE = 0.2
const RETRY_AFTER_MS = 1_000

/** B11: limits of others. What is refused is neither failed nor asked for in vain again and again, and what is allowed is used. */
export const refusals: readonly Benchmark[] = [
  limited({
    name: 'B11/429',
    title: (count) => `launch ${count} pods while a front answers 429 (Retry-After: 1) to 20 % of the creates`,
    phase: 'launch',
    counts: { full: 3_000, quick: 200 },
    told: { inFlight: IN_FLIGHT },
    run: async (context, client, count) => {
      const seen = new CreateRefusals({ share: SHARE, retryAfterMs: RETRY_AFTER_MS, seed: context.run })
      return await workOnServer(
        context,
        {
          ...client,
          phase: 'launch',
          isHeld: true,
          circumstances: (server) => startRefusingFront(server, seen, context.folder),
        },
        async (work) => {
          const during = seen.seen.filter(({ at }) => at >= work.phase.from)
          const early = during.filter(({ isEarly }) => isEarly).length
          return await measuresOf(work, count, early / during.length)
        },
      )
    },
  }),
  limited({
    name: 'B11/apf',
    title: (count) =>
      `launch ${count} pods through a priority level with ${SEATS} seats and a queue of ${QUEUE_LENGTH}`,
    phase: 'launch',
    counts: { full: 2_000, quick: 160 },
    told: { inFlight: SEATS + QUEUE_LENGTH },
    run: async (context, client, count) =>
      await workOnServer(
        context,
        {
          ...client,
          phase: 'launch',
          isHeld: true,
          circumstances: async (server) => {
            const seats = await limitCreates(server, { queueLength: QUEUE_LENGTH })
            if (seats !== SEATS) throw new Error(`the priority level has ${seats} seats, not ${SEATS}`)
            return { kubeconfig: server.executorKubeconfigPath, async [Symbol.asyncDispose]() {} }
          },
        },
        refusedByServer(count),
      ),
  }),
  limited({
    name: 'B11/quota',
    title: (count) => `${count} tasks of one second in a quota of ${SLOTS} pods`,
    phase: 'lifecycle',
    counts: { full: 500, quick: 150 },
    told: { inFlight: IN_FLIGHT, slots: SLOTS },
    run: async (context, client, count) =>
      await workOnServer(
        context,
        {
          ...client,
          phase: 'lifecycle',
          isHeld: false,
          controllers: ['resourcequota'],
          circumstances: async (server) => {
            await limitPods(server, SLOTS)
            return { async [Symbol.asyncDispose]() {} }
          },
        },
        refusedByServer(count),
      ),
  }),
]

function limited({ name, title, phase, counts, told, run }: Limited): Benchmark {
  const script =
    (which: string): Contender =>
    (context) => {
      const count = counts[context.size]
      const parameters = { phase, warmUp: warmUps[context.size], count, mayFail: true, ...told }
      return run(context, { command: (given) => clientOf(which, { ...given, ...parameters }, context) }, count)
    }
  return {
    name,
    title: (size) => title(counts[size]),
    metrics: [
      { name: 'tasks failed', digits: 0 },
      { name: 'creates/s', digits: 1 },
      { name: 'wasted %', digits: 1 },
      { name: 'client CPU ms/task' },
    ],
    onlyFull: ['airflow'],
    contenders: {
      davit: script('davit'),
      'obeying loop': script('obeying-loop'),
      airflow: async (context) => {
        const count = airflowCounts[context.size]
        await using airflow = await startAirflow(context)
        const command: Client['command'] = (given) =>
          airflow.driver({ setting: 'tuned', ...given }, { phase, warmUp: 20, count })
        return await run(context, { command }, count)
      },
    },
  }
}

/** Wasted is what the server itself has refused. */
function refusedByServer(count: number) {
  return async (work: ServerWork): Promise<Measures> => {
    const asked = (await requestsSince(work.server, work.phase.from)).filter(
      ({ verb, subresource }) => verb === 'create' && subresource === null,
    )
    const refused = asked.filter(({ code }) => code === 429 || code === 403).length
    return await measuresOf(work, count, refused / asked.length)
  }
}

async function measuresOf({ server, phase }: ServerWork, count: number, wasted: number): Promise<Measures> {
  const failed = phase.measures.failed ?? 0
  const made = await creates(server, phase.from, count - failed)
  return {
    'tasks failed': failed,
    'creates/s': ratePerSecond(made, phase.from),
    'wasted %': 100 * wasted,
    'client CPU ms/task': phase.clientCpuMs / count,
  }
}
