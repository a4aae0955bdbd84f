import { setTimeout as pause } from 'node:timers/promises'
import { startAirflow } from '../airflow/airflow.ts'
import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import { isList, requestsSince, successful } from '../measuring/audit-times.ts'
import type { ClientCommand } from '../measuring/client-process.ts'
import { epochNow } from '../measuring/epoch-now.ts'
import { startCuttingRelay } from '../server/cutting-relay.ts'
import { percentile } from '../statistics.ts'
import { clientsOnServer } from './clients-on-server.ts'
import { launchHeld } from './launch-held.ts'
import { delaysOf, isEnd } from './outcome-times.ts'

/**
 * Seconds without an event of one's own, and then seconds of cuts. The server keeps the changes of the last 75 s at least, and
 * at this churn not many more: a version that is older is gone.
 */
const sizes = { full: { quiet: 130, cuts: 60 }, quick: { quiet: 1, cuts: 5 } } as const
const CUT_EVERY_SECONDS = 5
const CHURN_PER_SECOND = 100
const OWN_PODS = 10
/** The pods of a template that is held. */
const OWN_LABEL = 'hold=true'

/**
 * B10: a watch of a few pods that nothing happens to, while others churn in the namespace, and whose connection breaks again and
 * again. It must go on where it was: not list anew, and not miss what comes next.
 */
export const quietWatch: Benchmark = {
  name: 'B10',
  title: (size) =>
    `a quiet watch amid ${CHURN_PER_SECOND} other pods a second, cut every ${CUT_EVERY_SECONDS} s for ${sizes[size].cuts} s after ${sizes[size].quiet} s`,
  metrics: [
    { name: 'relists', digits: 0 },
    { name: 'watches', digits: 0 },
    { name: 'KiB read', digits: 0 },
    { name: 'next event p50 ms', digits: 1 },
    { name: 'next event max ms', digits: 1 },
  ],
  contenders: {
    davit: (context) =>
      measure(context, (parameters) => clientOf('davit-outcomes', { ...parameters, count: OWN_PODS }, context)),
    'client-node': (context) =>
      measure(
        context,
        ({ kubeconfig }) => {
          const parameters = { kubeconfig, kind: 'client-node', labelSelector: OWN_LABEL, count: OWN_PODS }
          return clientOf('bare-outcomes', parameters, context)
        },
        { isLaunched: true },
      ),
    airflow: async (context) => {
      await using airflow = await startAirflow(context)
      return await measure(context, (given) =>
        airflow.driver({ setting: 'tuned', ...given }, { phase: 'changes', count: OWN_PODS }),
      )
    },
  },
  maxRuns: 1,
  onlyFull: ['client-node', 'airflow'],
}

async function measure(
  context: BenchContext,
  command: (given: { kubeconfig: string; template: string }) => ClientCommand,
  { isLaunched = false } = {},
): Promise<Measures> {
  const { quiet, cuts } = sizes[context.size]
  return await clientsOnServer(context, async (served) => {
    const { server, template, start } = served
    if (isLaunched) await launchHeld(context, served, OWN_PODS)
    await using relay = await startCuttingRelay(server.kubeconfigPath, context.folder)
    const client = start('client', command({ kubeconfig: relay.kubeconfig, template }))
    await client.ready('changes')
    const { kubeconfigPath: kubeconfig } = server
    const ending = { kubeconfig, perSecond: 10, labelSelector: OWN_LABEL }
    const driver = start('driver', clientOf('end-pods', ending, context))
    await driver.ready('changes')
    const churning = { kubeconfig, perSecond: CHURN_PER_SECOND, seconds: quiet + cuts }
    const churn = start('churn', clientOf('churn-pods', churning, context))
    await churn.ready('churn')

    const [from, bytesBefore] = [epochNow(), relay.bytesFromServer]
    client.go()
    churn.go()
    await pause(quiet * 1000)
    for (let second = 0; second < cuts; second += CUT_EVERY_SECONDS) {
      relay.cut()
      await pause(CUT_EVERY_SECONDS * 1000)
    }
    const bytes = relay.bytesFromServer - bytesBefore
    const asked = (await requestsSince(server, from)).filter(
      ({ user, uri }) => user === 'admin' && uri.includes('labelSelector'),
    )
    driver.go()
    const [knownAt] = await Promise.all([client.done('changes'), driver.done('changes'), churn.done('churn')])
    for (const each of [client, driver, churn]) each.release()
    const delays = delaysOf(knownAt, await successful(server, from, OWN_PODS, isEnd))
    return {
      relists: asked.filter(isList).length,
      watches: asked.filter((request) => request.verb === 'watch' && !isList(request)).length,
      'KiB read': bytes / 1024,
      'next event p50 ms': percentile(delays, 0.5),
      'next event max ms': percentile(delays, 1),
    }
  })
}
