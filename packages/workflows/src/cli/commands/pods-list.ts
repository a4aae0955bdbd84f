import { systemClock } from '@davit/executor'
import { Command } from 'commander'
import { permissionScopes } from '../../cluster/access-reviews.ts'
import type { TypedClusterOptions } from '../../cluster/cluster-settings.ts'
import { refusedByCluster } from '../../cluster/open-cluster.ts'
import { type ListedPod, listedPod, podColumns } from '../../pods/listed-pod.ts'
import { podPages, podSelector } from '../../pods/pod-pages.ts'
import { tableText } from '../../pods/table-text.ts'
import { clusterOf } from '../cluster-of.ts'
import { collect } from '../collect.ts'
import type { Ended } from '../davit.ts'
import type { Io } from '../io.ts'

interface TypedListOptions extends TypedClusterOptions {
  readonly deployment?: string
  readonly json?: boolean
}

/** `davit pods list`: the pods of tasks that are on a cluster. */
export function podsListCommand(io: Io, ended: Ended): Command {
  return new Command('list')
    .description('List the pods of tasks on a cluster: task, try, state, and why it waits or how it failed.')
    .option('--kubeconfig <file>', 'the cluster of this kubeconfig')
    .option('--context <name>', 'its context (default: the current one)')
    .option('--namespace <name>', 'where to look (default: the namespace of the context); may be repeated', collect)
    .option('--deployment <name>', 'only pods of this deployment (default: of all)')
    .option('--json', 'one JSON object on standard output')
    .action(async ({ deployment, json, ...typed }: TypedListOptions) => {
      await using cluster = await clusterOf(typed, io)
      const pods: ListedPod[] = []
      try {
        for (const namespace of permissionScopes(cluster.config)) {
          for await (const page of podPages(cluster.kube, namespace, podSelector(deployment))) {
            pods.push(...page.map(listedPod).filter((pod) => pod !== null))
          }
        }
      } catch (error) {
        throw refusedByCluster(error, 'list the pods of tasks')
      }
      const head = ['NAMESPACE', 'POD', 'DAG', 'TASK', 'TRY', 'STATE', 'AGE', 'REASON']
      const rows = pods.map((pod) => podColumns(pod, systemClock.now()))
      io.stdout.write(json ? `${JSON.stringify({ pods })}\n` : tableText([head, ...rows]))
      ended(0)
    })
}
