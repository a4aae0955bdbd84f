import { Command } from 'commander'
import { createProgress } from '../../run/progress.ts'
import { runDag } from '../../run/run-dag.ts'
import type { TypedRunOptions } from '../../run/run-options.ts'
import { summaryText } from '../../run/summary-text.ts'
import { collect } from '../collect.ts'
import type { Ended } from '../davit.ts'
import type { Io } from '../io.ts'
import { prepare } from '../prepare.ts'

/** `davit run FILE`: one dag run to its end, shown live. */
export function runCommand(io: Io, ended: Ended): Command {
  return new Command('run')
    .description('Run a DAG file once, to its end: on an embedded dev cluster, or on the cluster of a kubeconfig.')
    .argument('<file>', 'a DAG in TypeScript (.ts, .js) or YAML')
    .option('--param <k=v>', 'a value for a param of the DAG; may be repeated', collect)
    .option('--logical-date <date>', 'what the run is for (default: now)')
    .option('--task-concurrency <n>', 'tasks at a time (default: 32)')
    .option('--database <file>', 'keep runs in this file: FILE or sqlite:FILE (default: in memory)')
    .option('--kubeconfig <file>', 'run on the cluster of this kubeconfig')
    .option('--context <name>', 'its context (default: the current one)')
    .option('--namespace <name>', 'where pods go (default: the namespace of the context); may be repeated', collect)
    .option('--pod-template-file <file>', 'YAML of the pod that every task without a template of its own starts from')
    .option('--task-api-listen <host:port>', 'where the task API listens (default: a free port of 127.0.0.1)')
    .option('--task-api-url <url>', 'how pods reach the task API; needed for function tasks on a cluster of your own')
    .option('--json', 'one JSON object on standard output; progress goes to standard error')
    .addHelpText(
      'after',
      '\nExit codes: 0 the run succeeded, 1 it failed or was cancelled, 2 the input is wrong and nothing was started.',
    )
    .action(async (file: string, typed: TypedRunOptions) => {
      const prepared = await prepare(io, file, typed)
      const progress = await createProgress({ output: io.stderr, env: io.env })
      const cancel = new AbortController()
      const interrupted = io.onInterrupt(() => {
        if (cancel.signal.aborted) io.exit(1)
        progress.say('cancelling: pods are being stopped; once more to leave at once')
        cancel.abort()
      })
      try {
        const { summary, logFolder } = await runDag({
          prepared,
          progress,
          signal: cancel.signal,
          cwd: io.cwd,
          env: io.env,
        })
        progress.end()
        io.stdout.write(typed.json ? `${JSON.stringify(summary)}\n` : `${summaryText(summary, logFolder)}\n`)
        ended(summary.state === 'success' ? 0 : 1)
      } finally {
        progress.end()
        interrupted()
      }
    })
}
