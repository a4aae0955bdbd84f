// Davit's executor, which launches pods that are held, and then notes when the outcome of each comes out of it.

import { epochNow } from '../measuring/epoch-now.ts'
import { ClientChannel } from './client-channel.ts'
import { Countdown } from './countdown.ts'
import { DrivenExecutor } from './driven-executor.ts'
import { taskWorkloads } from './task-workloads.ts'

export interface DavitOutcomesParameters {
  readonly kubeconfig: string
  readonly template: string
  readonly count: number
}

const channel = await ClientChannel.open<DavitOutcomesParameters>()
const { kubeconfig, template, count } = channel.parameters
const running = new Countdown(count)
const ended = new Countdown(count)
const knownAt: Record<string, number> = {}
await using driven = await DrivenExecutor.start({
  kubeconfig,
  template,
  onEvent: (_key, { state, launch }) => {
    if (state === 'running') running.count()
    else if (state === 'success' && launch) {
      knownAt[launch.podName] = epochNow()
      ended.count()
    } else if (state !== 'queued') throw new Error(`a task has ended as ${state}`)
  },
})
driven.submit(taskWorkloads(count, 'measured'))
await running.done
await channel.phase('changes', async () => {
  await ended.done
  return knownAt
})
