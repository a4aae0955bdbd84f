// Davit's executor, which launches pods that run, writes down what its store holds, and then waits to be killed.
import { writeFile } from 'node:fs/promises'
import { ClientChannel } from './client-channel.ts'
import { Countdown } from './countdown.ts'
import { DrivenExecutor } from './driven-executor.ts'
import { type AdoptionMode, KeptLaunches } from './kept-launches.ts'
import { taskWorkloads } from './task-workloads.ts'

export interface OutlivedParameters {
  readonly kubeconfig: string
  readonly template: string
  readonly adoption: AdoptionMode
  readonly count: number
  /** The file that takes the launches. */
  readonly launches: string
}

const channel = await ClientChannel.open<OutlivedParameters>()
const { kubeconfig, template, adoption, count, launches } = channel.parameters
const running = new Countdown(count)
const store = await KeptLaunches.holding([], adoption)
await using driven = await DrivenExecutor.start({
  kubeconfig,
  template,
  jobId: 'first',
  store,
  config: { adoption, outcomeFinalizer: false },
  onEvent: (_key, { state }) => {
    if (state === 'running') running.count()
    else if (state !== 'queued') throw new Error(`a task has ended as ${state}`)
  },
})
driven.submit(taskWorkloads(count, 'measured'))
await running.done
await driven.executor.settled()
await writeFile(launches, JSON.stringify(await store.currentLaunches()))
await channel.phase('outlived', async () => ({}))
