// A watch or informer with nothing behind it, of pods that others launch while it looks on, and that then only run.
import { setTimeout as pause } from 'node:timers/promises'
import { ClientChannel } from './client-channel.ts'
import { Countdown } from './countdown.ts'
import { usedHeap } from './used-heap.ts'
import { type WatchKind, watchPods } from './watch-pods.ts'

export interface BareQuietParameters {
  readonly kubeconfig: string
  readonly kind: WatchKind
  readonly warmUp: number
  readonly count: number
  readonly quietMs: number
}

const channel = await ClientChannel.open<BareQuietParameters>()
const { kubeconfig, kind, warmUp, count, quietMs } = channel.parameters
const some = new Countdown(warmUp)
const all = new Countdown(warmUp + count)
const phases = new Map<string, string>()
const close = await watchPods(kind, { kubeconfig }, ({ name, phase = '' }) => {
  if (phase === 'Running' && phases.get(name) !== phase) {
    some.count()
    all.count()
  }
  phases.set(name, phase)
})
await some.done
const before = await usedHeap()
await channel.phase('look on', async () => {
  await all.done
  return {}
})
await channel.phase('quiet', async () => {
  await pause(quietMs)
  return {}
})
await channel.phase('heap', async () => ({ bytesPerPod: ((await usedHeap()) - before) / count }))
await close()
