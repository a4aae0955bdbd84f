import { resolve } from 'node:path'
import { Command } from 'commander'
import { renderPods } from '../../run/render-pods.ts'
import type { TypedRunOptions } from '../../run/run-options.ts'
import { writePods } from '../../run/write-pods.ts'
import { collect } from '../collect.ts'
import type { Ended } from '../davit.ts'
import type { Io } from '../io.ts'
import { prepare } from '../prepare.ts'
import { podsCleanupCommand } from './pods-cleanup.ts'
import { podsListCommand } from './pods-list.ts'

/** `davit pods …`: the pods of tasks, before they are launched and on a cluster. */
export function podsCommand(io: Io, ended: Ended): Command {
  return new Command('pods')
    .description('Pods of tasks.')
    .addCommand(renderCommand(io, ended))
    .addCommand(podsListCommand(io, ended))
    .addCommand(podsCleanupCommand(io, ended))
}

interface TypedRenderOptions extends TypedRunOptions {
  readonly task?: string
  readonly outputPath?: string
}

function renderCommand(io: Io, ended: Ended): Command {
  return new Command('render')
    .description('Print the pods of a DAG as YAML, as they would be launched. Runs nothing; secrets are redacted.')
    .argument('<file>', 'a DAG in TypeScript (.ts, .js) or YAML')
    .option('--task <id>', 'only this task')
    .option('--param <k=v>', 'a value for a param of the DAG; may be repeated', collect)
    .option('--logical-date <date>', 'what the run would be for (default: now)')
    .option('--namespace <name>', 'where pods would go (default: default); may be repeated', collect)
    .option('--pod-template-file <file>', 'YAML of the pod that every task without a template of its own starts from')
    .option(
      '--output-path <folder>',
      'write a file for each pod into a folder airflow_yaml_output in this one, and print its path',
    )
    .option('--json', 'one JSON object on standard output')
    .action(async (file: string, { task, outputPath, ...typed }: TypedRenderOptions) => {
      const prepared = await prepare(io, file, typed)
      const { pods, yaml } = await renderPods(prepared, task)
      if (outputPath === undefined) {
        io.stdout.write(typed.json ? `${JSON.stringify({ pods })}\n` : yaml)
      } else {
        const { logicalDate } = prepared.options
        const written = await writePods(pods, { logicalDate, folder: resolve(io.cwd, outputPath) })
        io.stdout.write(typed.json ? `${JSON.stringify(written)}\n` : `${written.folder}\n`)
      }
      ended(0)
    })
}
