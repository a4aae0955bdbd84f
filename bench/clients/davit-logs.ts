// Davit's executor keeps the logs of pods that somebody deletes while they run: followed until their containers have ended.
import { TaskLogs } from '../../packages/workflows/src/run/task-logs.ts'
import { BareServer } from './bare-server.ts'
import { ClientChannel } from './client-channel.ts'
import { Countdown } from './countdown.ts'
import { DrivenExecutor } from './driven-executor.ts'
import { BEGIN_PATH, FINALIZER, type LogParameters } from './log-parameters.ts'
import { taskWorkloads } from './task-workloads.ts'

const channel = await ClientChannel.open<LogParameters>()
const { kubeconfig, template, folder, pods } = channel.parameters
const running = new Countdown(pods)
const ended = new Countdown(pods)
await using driven = await DrivenExecutor.start({
  kubeconfig,
  template,
  config: { infrastructureRetries: 0 },
  logArchive: new TaskLogs(folder),
  onEvent: (_key, { state }) => {
    if (state === 'running') running.count()
    else if (state !== 'queued') ended.count()
  },
})
const podOverride = { metadata: { finalizers: [FINALIZER] } }
driven.submit(taskWorkloads(pods, 'logs').map((workload) => ({ ...workload, executorConfig: { podOverride } })))
await running.done
const front = await BareServer.open(kubeconfig, 1)
await channel.phase('logs', async () => {
  const answer = await front.request('POST', BEGIN_PATH)
  await answer.body.dump()
  await ended.done
  return {}
})
await front.close()
