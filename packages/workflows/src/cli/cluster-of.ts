import { silentLogger } from '@davit/executor'
import { clusterSettings, type TypedClusterOptions } from '../cluster/cluster-settings.ts'
import { type OpenCluster, openCluster } from '../cluster/open-cluster.ts'
import type { Problem } from '../dag/problem.ts'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/**
 * Opens the cluster that is meant, for commands about pods that are there: an embedded dev cluster would have none.
 * @param problems of the command's own options, to be told together with those of the cluster
 * @throws {UsageError} `OPTION_INVALID`
 */
export async function clusterOf(
  typed: TypedClusterOptions,
  { env, cwd }: Io,
  problems: readonly Problem[] = [],
): Promise<OpenCluster> {
  const { settings, problems: ofSettings } = clusterSettings(typed, { env, cwd })
  const all: Problem[] = [...problems, ...ofSettings]
  if (settings.connection === null && ofSettings.length === 0) {
    all.push({
      file: null,
      path: '--kubeconfig',
      message: 'no cluster is named',
      hint: 'give --kubeconfig FILE, or --context NAME of your kubeconfig; the embedded dev cluster ends with its run',
    })
  }
  if (all.length > 0) throw new UsageError('OPTION_INVALID', 'cannot look for pods', all)
  return openCluster(settings, { env, logger: silentLogger })
}
