// Davit's executor as it comes up after a crash: from its start until it answers for every launch that was left.
import { readFile } from 'node:fs/promises'
import { createKubeClient, type Launch, loadKubeConfig } from '@davit/executor'
import { ClientChannel } from './client-channel.ts'
import { DrivenExecutor } from './driven-executor.ts'
import { EventLoopBlocks } from './event-loop-blocks.ts'
import { type AdoptionMode, KeptLaunches } from './kept-launches.ts'

export interface TakeoverParameters {
  readonly kubeconfig: string
  readonly template: string
  readonly adoption: AdoptionMode
  /** The file with what was left. */
  readonly launches: string
}

const channel = await ClientChannel.open<TakeoverParameters>()
const { kubeconfig, template, adoption, launches } = channel.parameters
const left: readonly Launch[] = JSON.parse(await readFile(launches, 'utf8'))
const store = await KeptLaunches.holding(left, adoption)
const blocks = new EventLoopBlocks()
await load()
const processStartMs = performance.now()
await using stack = new AsyncDisposableStack()
await channel.phase('takeover', async () => {
  blocks.start()
  const startedAt = performance.now()
  const driven = await DrivenExecutor.start({
    kubeconfig,
    template,
    jobId: 'second',
    store,
    config: { adoption, outcomeFinalizer: false },
    onEvent: (_key, { state }) => {
      if (state !== 'running') throw new Error(`a task that was taken over has become ${state}`)
    },
  })
  stack.use(driven)
  const orphans = left.map(({ key }) => ({ key, queuedByJobId: 'first' }))
  const notAdopted = await driven.executor.tryAdoptTaskInstances(orphans)
  const takenMs = performance.now() - startedAt
  const blockedMs = blocks.stop()
  const { live } = driven.executor.state.launches
  if (notAdopted.length > 0 || live !== left.length)
    throw new Error(`${live} of ${left.length} launches are live, ${notAdopted.length} were not adopted`)
  return { takenMs, processStartMs, blockedMs }
})

/** What a process loads once, by its first request: that is its start, and no part of a takeover. */
async function load(): Promise<void> {
  const kube = createKubeClient(await loadKubeConfig({ kubeconfigPath: kubeconfig }))
  await kube.pods.list('default', { limit: 1, project: () => null })
  await kube.close()
}
