import { type KubeConfig, loadKubeConfig, systemClock } from '@davit/executor'
import { Command } from 'commander'
import { type ClusterSettings, clusterSettings, type TypedClusterOptions } from '../../cluster/cluster-settings.ts'
import { startEmbedded } from '../../cluster/open-cluster.ts'
import type { Problem } from '../../dag/problem.ts'
import { reportText } from '../../doctor/report-text.ts'
import { parseDatabaseUrl } from '../../store/database-url.ts'
import { StoreError } from '../../store/store-error.ts'
import { collect } from '../collect.ts'
import type { Ended } from '../davit.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../usage-error.ts'

interface TypedDoctorOptions extends TypedClusterOptions {
  readonly database?: string
  readonly json?: boolean
}

/** `davit doctor`: everything that a run depends on, looked at. */
export function doctorCommand(io: Io, ended: Ended): Command {
  return new Command('doctor')
    .description(
      'Look at all that runs depend on: the way to the cluster, permissions, quotas, the pod template. Changes nothing.',
    )
    .option('--kubeconfig <file>', 'the cluster of this kubeconfig (default: the embedded dev cluster)')
    .option('--context <name>', 'its context (default: the current one)')
    .option('--namespace <name>', 'where pods go (default: the namespace of the context); may be repeated', collect)
    .option('--pod-template-file <file>', 'YAML of the pod that tasks start from: it is tried by a dry run')
    .option('--database <file>', 'look at this file too, as for davit run')
    .option('--json', 'one JSON object on standard output')
    .addHelpText(
      'after',
      '\nExit codes: 0 no problems, 1 problems were found, 2 the options or the kubeconfig are wrong.',
    )
    .action(async (typed: TypedDoctorOptions) => {
      const { env, cwd } = io
      const { settings, database } = checkOptions(typed, io)
      await using open = new AsyncDisposableStack()
      const embedded = settings.connection === null ? open.use(await startEmbedded(settings.config)) : null
      const kubeConfig = await loadKubeConfig(
        embedded ? { kubeconfig: embedded.kubeconfig } : { ...settings.connection?.kubeConfig, env },
      )
      if (embedded) io.stderr.write(`davit: no cluster is named; ${EMBEDDED}\n`)
      const config = { ...settings.config, namespace: settings.config.namespace ?? kubeConfig.namespace }
      const parts = { kubeConfig, config, isEmbedded: embedded !== null, env, clock: systemClock }
      // Loaded only where it is used: no other command looks into a database from here.
      const { diagnose } = await import('../../doctor/diagnose.ts')
      const findings = await diagnose({ ...parts, database: database && parseDatabaseUrl(database, cwd) })
      const problems = findings.filter(({ level }) => level === 'problem').length
      const warnings = findings.filter(({ level }) => level === 'warning').length
      const subject = { ...subjectOf(kubeConfig), isEmbedded: embedded !== null, namespace: config.namespace }
      io.stdout.write(
        typed.json ? `${JSON.stringify({ ...subject, problems, warnings, findings })}\n` : reportText(findings),
      )
      ended(problems > 0 ? 1 : 0)
    })
}

const EMBEDDED =
  'this is the embedded dev cluster, which davit run uses then. For one of yours: --kubeconfig FILE, or --context NAME'

function subjectOf({ cluster, context }: KubeConfig): { server: string; context: string | null } {
  return { server: cluster.server, context }
}

function checkOptions(
  typed: TypedDoctorOptions,
  { env, cwd }: Io,
): { settings: ClusterSettings; database: string | null } {
  const { settings, problems } = clusterSettings(typed, { env, cwd })
  const all: Problem[] = [...problems]
  try {
    if (typed.database !== undefined) parseDatabaseUrl(typed.database, cwd)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    all.push({ file: null, path: '--database', message: error.message })
  }
  if (all.length > 0) throw new UsageError('OPTION_INVALID', 'cannot look', all)
  return { settings, database: typed.database ?? null }
}
