import { readFile } from 'node:fs/promises'
import { type ExecutorOptions, taskInstanceKeyText } from '@davit/executor'
import { startExecutor } from './executor-run.ts'
import { SqliteLaunchStore } from './sqlite-launch-store.ts'
import { startStoreScheduler } from './store-scheduler.ts'

/** What `spawnScheduler` passes as the one argument, as JSON. */
export interface SchedulerChildTask {
  readonly kubeconfigPath: string
  readonly namespace: string
  readonly storePath: string
  readonly jobId: string
  readonly parallelism: number
  readonly config: ExecutorOptions
}

/** For how long a job lives without a word; others wait for so long. */
const ALIVE_SECONDS = 3

// A scheduler with its executor in a process of its own, which runs until it is killed. Each end that the executor reports
// is one line of standard output.
const task = JSON.parse(process.argv[2] ?? '') as SchedulerChildTask
const { config, jobId } = task
const store = new SqliteLaunchStore({ path: task.storePath, leases: config.adoption === 'lease' })
const run = await startExecutor({
  ...task,
  kubeconfig: await readFile(task.kubeconfigPath, 'utf8'),
  config: { leaseSeconds: ALIVE_SECONDS, ...config },
  store,
  aliveJobIds: () => store.jobs.alive(),
  userAgent: `davit-job-${jobId}`,
  onEvent: (key, { state, outcome }) => {
    if (outcome) process.stdout.write(`${JSON.stringify({ key: taskInstanceKeyText(key), state })}\n`)
  },
})
startStoreScheduler({ store, run, aliveSeconds: ALIVE_SECONDS })
