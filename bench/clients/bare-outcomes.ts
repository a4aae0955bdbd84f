// A watch or informer with nothing behind it, which notes when it saw that each pod had succeeded.

import { epochNow } from '../measuring/epoch-now.ts'
import { ClientChannel } from './client-channel.ts'
import { Countdown } from './countdown.ts'
import { type WatchKind, watchPods } from './watch-pods.ts'

export interface BareOutcomesParameters {
  readonly kubeconfig: string
  readonly kind: WatchKind
  /** @default all pods of the namespace */
  readonly labelSelector?: string
  readonly count: number
}

const channel = await ClientChannel.open<BareOutcomesParameters>()
const { count, kind, ...scope } = channel.parameters
const known = new Countdown(count)
const ended = new Countdown(count)
const running = new Set<string>()
const knownAt: Record<string, number> = {}
const close = await watchPods(kind, scope, ({ name, phase }) => {
  if (phase === 'Running' && !running.has(name)) {
    running.add(name)
    known.count()
  } else if (phase === 'Succeeded' && knownAt[name] === undefined) {
    knownAt[name] = epochNow()
    ended.count()
  }
})
await known.done
await channel.phase('changes', async () => {
  await ended.done
  return knownAt
})
await close()
