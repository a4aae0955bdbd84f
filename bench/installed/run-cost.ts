import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { spreadOf } from '../statistics.ts'
import { userEnvironment } from './user-environment.ts'

const DAG = `dag_id: one
tasks:
  - task_id: hello
    image: busybox
    command: ["sh", "-c", "echo hello"]
`

/** How long `davit run` takes for a DAG of one container task: the first time on a machine, and the median of later times. */
export async function runCost(
  project: string,
  runs: number,
): Promise<{ readonly firstSeconds: number; readonly seconds: number }> {
  await writeFile(join(project, 'one.yaml'), DAG)
  const firstSeconds = await runOnce(project)
  const seconds: number[] = []
  for (let count = 0; count < runs; count += 1) seconds.push(await runOnce(project))
  return { firstSeconds, seconds: spreadOf(seconds).median }
}

async function runOnce(project: string): Promise<number> {
  const startedAt = performance.now()
  await promisify(execFile)(process.execPath, [join(project, 'node_modules/.bin/davit'), 'run', 'one.yaml'], {
    cwd: project,
    // What it keeps of its own is of this project only, so that the first time is one.
    env: { ...userEnvironment(), XDG_CACHE_HOME: join(project, 'cache') },
  })
  return (performance.now() - startedAt) / 1000
}
