// Davit's executor as a contender: `launch` counts tasks whose pods run, `lifecycle` tasks that have ended.
import { ClientChannel } from './client-channel.ts'
import { Countdown } from './countdown.ts'
import { DrivenExecutor } from './driven-executor.ts'
import { taskWorkloads } from './task-workloads.ts'
import type { WorkParameters } from './work-parameters.ts'

const channel = await ClientChannel.open<WorkParameters>()
const { kubeconfig, template, phase, warmUp, count, mayFail = false } = channel.parameters
let countdown = new Countdown(warmUp)
let failed = 0
await using driven = await DrivenExecutor.start({
  kubeconfig,
  template,
  onEvent: (_key, { state }) => {
    if (state === (phase === 'launch' ? 'running' : 'success')) countdown.count()
    else if (mayFail && state === 'failed') {
      failed += 1
      countdown.count()
    } else if (state !== 'running' && state !== 'queued') throw new Error(`a task has ended as ${state}`)
  },
})
driven.submit(taskWorkloads(warmUp, 'warm-up'))
await countdown.done
await channel.phase(phase, async () => {
  countdown = new Countdown(count)
  failed = 0
  driven.submit(taskWorkloads(count, 'measured'))
  await countdown.done
  // Its pods are gone then too, as those of the others are.
  if (phase === 'lifecycle') await driven.executor.settled()
  return { failed }
})
