import { Command } from 'commander'
import { renderPods } from '../../run/render-pods.ts'
import type { TypedRunOptions } from '../../run/run-options.ts'
import { collect } from '../collect.ts'
import type { Ended } from '../davit.ts'
import type { Io } from '../io.ts'
import { prepare } from '../prepare.ts'

/** `davit pods …`: pods, without running them. */
export function podsCommand(io: Io, ended: Ended): Command {
  const render = new Command('render')
    .description('Print the pods of a DAG as YAML, as they would be launched. Runs nothing; secrets are redacted.')
    .argument('<file>', 'a DAG in TypeScript (.ts, .js) or YAML')
    .option('--task <id>', 'only this task')
    .option('--param <k=v>', 'a value for a param of the DAG; may be repeated', collect)
    .option('--logical-date <date>', 'what the run would be for (default: now)')
    .option('--pod-template-file <file>', 'YAML of the pod that every task without a template of its own starts from')
    .option('--json', 'one JSON object on standard output')
    .action(async (file: string, { task, ...typed }: TypedRunOptions & { task?: string }) => {
      const prepared = await prepare(io, file, typed)
      const { pods, yaml } = await renderPods(prepared, task)
      io.stdout.write(typed.json ? `${JSON.stringify({ pods })}\n` : yaml)
      ended(0)
    })
  return new Command('pods').description('Pods of tasks.').addCommand(render)
}
