import { Command } from 'commander'
import { bootstrap } from '../../worker/bootstrap.ts'
import type { Ended } from '../davit.ts'
import type { Io } from '../io.ts'

/** `davit tasks …`: what has to do with single tasks. */
export function tasksCommand(io: Io, ended: Ended): Command {
  const run = new Command('run')
    .description('Run the task that the environment of this pod names, as the pods of function tasks do.')
    .action(async () => ended(await bootstrap(io.env)))
  return new Command('tasks').description('Single tasks.').addCommand(run)
}
