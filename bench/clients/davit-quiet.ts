// Davit's executor with many pods that run, all launched by it, and nothing to do but a heartbeat a second.
import { setTimeout as pause } from 'node:timers/promises'
import { ClientChannel } from './client-channel.ts'
import { Countdown } from './countdown.ts'
import { DrivenExecutor } from './driven-executor.ts'
import { taskWorkloads } from './task-workloads.ts'
import { usedHeap } from './used-heap.ts'

export interface QuietParameters {
  readonly kubeconfig: string
  readonly template: string
  /** Launched before the heap is looked at for the first time, so that what is there once does not count. */
  readonly warmUp: number
  readonly count: number
  readonly quietMs: number
}

const channel = await ClientChannel.open<QuietParameters>()
const { kubeconfig, template, warmUp, count, quietMs } = channel.parameters
let running = new Countdown(warmUp)
await using driven = await DrivenExecutor.start({
  kubeconfig,
  template,
  heartbeatMs: 1_000,
  onEvent: (_key, { state }) => {
    if (state === 'running') running.count()
    else if (state !== 'queued') throw new Error(`a task has ended as ${state}`)
  },
})
driven.submit(taskWorkloads(warmUp, 'warm-up'))
await running.done
const before = await usedHeap()
running = new Countdown(count)
driven.submit(taskWorkloads(count, 'measured'))
await running.done
await channel.phase('quiet', async () => {
  await pause(quietMs)
  return {}
})
await channel.phase('heap', async () => ({ bytesPerPod: ((await usedHeap()) - before) / count }))
