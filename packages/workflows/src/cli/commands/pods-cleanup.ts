import { systemClock } from '@davit/executor'
import { Command } from 'commander'
import { permissionScopes } from '../../cluster/access-reviews.ts'
import type { TypedClusterOptions } from '../../cluster/cluster-settings.ts'
import { refusedByCluster } from '../../cluster/open-cluster.ts'
import type { Problem } from '../../dag/problem.ts'
import { type CleanedPod, cleanupPods } from '../../pods/cleanup-pods.ts'
import { tableText } from '../../pods/table-text.ts'
import { clusterOf } from '../cluster-of.ts'
import { collect } from '../collect.ts'
import type { Ended } from '../davit.ts'
import type { Io } from '../io.ts'
import { errorAsText } from '../report-error.ts'

interface TypedCleanupOptions extends TypedClusterOptions {
  readonly deployment?: string
  readonly minPendingMinutes?: string
  readonly minCompletedMinutes?: string
  readonly forgetOutcomes?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** Airflow: pods that start are never taken for pods that hang. */
const LEAST_PENDING_MINUTES = 5

/** `davit pods cleanup`: Airflow's `kubernetes cleanup-pods`. */
export function podsCleanupCommand(io: Io, ended: Ended): Command {
  return new Command('cleanup')
    .description(
      'Delete pods of tasks that have ended, or wait for too long, and nobody took away. Running ones are left alone.',
    )
    .option('--kubeconfig <file>', 'the cluster of this kubeconfig')
    .option('--context <name>', 'its context (default: the current one)')
    .option('--namespace <name>', 'where to look (default: the namespace of the context); may be repeated', collect)
    .option('--deployment <name>', 'only pods of this deployment (default: of all)')
    .option('--min-pending-minutes <n>', 'how old a pod that waits must be (default: 30; at least 5)')
    .option('--min-completed-minutes <n>', 'for how long a pod must have ended (default: 1)')
    .option(
      '--forget-outcomes',
      'also take the finalizer davit/outcome off: what became of these tasks is lost, unless their executor has recorded it; needs --deployment, and that its executors are gone for good',
    )
    .option('--dry-run', 'change nothing, and say what would be done')
    .option('--json', 'one JSON object on standard output')
    .action(async (typed: TypedCleanupOptions) => {
      const { minutes, problems } = checkOptions(typed, io)
      const { deployment, dryRun = false, forgetOutcomes = false, json = false } = typed
      await using cluster = await clusterOf(typed, io, problems)
      const cleaned: CleanedPod[] = []
      const cleaning = cleanupPods({
        kube: cluster.kube,
        namespaces: permissionScopes(cluster.config),
        deployment,
        dryRun,
        forgetOutcomes,
        nowMs: systemClock.now(),
        ...minutes,
      })
      let isWhole = true
      try {
        for await (const pod of cleaning) {
          cleaned.push(pod)
          if (pod.action === 'failed') io.stderr.write(`davit: ${pod.namespace}/${pod.name}: ${pod.reason}\n`)
        }
      } catch (thrown) {
        const error = refusedByCluster(thrown, 'list the pods of tasks')
        if (cleaned.length === 0) throw error
        // What was done is told all the same.
        isWhole = false
        io.stderr.write(`${errorAsText(error)}\n`)
      }
      const count = (action: CleanedPod['action']) => cleaned.filter((pod) => pod.action === action).length
      const sums = { deleted: count('deleted'), kept: count('kept'), failed: count('failed') }
      io.stdout.write(
        json ? `${JSON.stringify({ dryRun, ...sums, pods: cleaned })}\n` : reportText(cleaned, sums, dryRun),
      )
      ended(sums.failed > 0 || !isWhole ? 1 : 0)
    })
}

function reportText(
  cleaned: readonly CleanedPod[],
  { deleted, kept, failed }: Readonly<Record<'deleted' | 'kept' | 'failed', number>>,
  dryRun: boolean,
): string {
  const done = { deleted: dryRun ? 'would delete' : 'deleted', kept: 'kept', failed: 'not deleted' }
  const rows = cleaned.map(({ action, namespace, name, phase, reason }) => [
    done[action],
    namespace,
    name,
    phase,
    reason,
  ])
  const head = ['ACTION', 'NAMESPACE', 'POD', 'PHASE', 'REASON']
  const failures = failed === 0 ? '' : `, ${failed} not deleted`
  const sum = `${dryRun ? `would delete ${deleted}` : `deleted ${deleted}`}, kept ${kept}${failures}`
  return `${rows.length === 0 ? '' : tableText([head, ...rows])}${sum}\n`
}

function checkOptions(typed: TypedCleanupOptions, io: Io) {
  const problems: Problem[] = []
  const wrong = (path: string, message: string, hint: string) => problems.push({ file: null, path, message, hint })
  const minutesOf = (path: string, text: string, least: number) => {
    const minutes = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (!(minutes >= least))
      wrong(path, `not a whole number of at least ${least}: "${text}"`, 'write minutes, such as 30')
    return minutes
  }
  const asked = minutesOf('--min-pending-minutes', typed.minPendingMinutes ?? '30', 1)
  const minCompletedMinutes = minutesOf('--min-completed-minutes', typed.minCompletedMinutes ?? '1', 0)
  if (typed.forgetOutcomes && typed.deployment === undefined) {
    wrong('--forget-outcomes', 'needs --deployment', 'name the deployment whose executors are gone for good')
  }
  if (asked < LEAST_PENDING_MINUTES)
    io.stderr.write(`davit: --min-pending-minutes is ${LEAST_PENDING_MINUTES} at least\n`)
  return { minutes: { minPendingMinutes: Math.max(asked, LEAST_PENDING_MINUTES), minCompletedMinutes }, problems }
}
