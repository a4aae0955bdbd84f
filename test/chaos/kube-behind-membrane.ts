import type { Clock, PodVerbs, ResourceVerbs, WatchEvent } from '@davit/executor'
import type { Membrane } from './membrane.ts'
import { scrambled, type WatchTrouble } from './scrambled-watch.ts'

interface KubeOptions {
  readonly membrane: Membrane
  /** The world's. */
  readonly clock: Clock
  readonly random: () => number
  readonly trouble: () => WatchTrouble | null
  readonly onHit: (kind: 'twice' | 'late' | 'reordered' | 'gone') => void
  /** A create goes out. */
  readonly onCreate: (podName: string) => void
  /** Watches of one namespace that are open in the process at the same time; 1, if all is well. */
  readonly onWatches: (namespace: string | null, open: number) => void
}

/** The verbs on pods as one process has them: each call and each event crosses its membrane. */
export function podsBehindMembrane(pods: PodVerbs, options: KubeOptions): PodVerbs {
  const { membrane } = options
  const open = new Map<string | null, number>()
  const count = (namespace: string | null, change: number) => {
    const now = (open.get(namespace) ?? 0) + change
    open.set(namespace, now)
    options.onWatches(namespace, now)
  }
  async function* looked<T>(events: AsyncIterable<WatchEvent<T>>, namespace: string | null) {
    count(namespace, 1)
    try {
      for await (const event of events) {
        if (event.type === 'ERROR' && event.status.code === 410) options.onHit('gone')
        yield event
      }
    } finally {
      count(namespace, -1)
    }
  }
  return {
    create: (...args) =>
      membrane.call(() => {
        options.onCreate(args[1].metadata?.name ?? '')
        return pods.create(...args)
      }),
    get: (...args) => membrane.call(() => pods.get(...args)),
    list: (...args) => membrane.call(() => pods.list(...args)),
    patch: (...args) => membrane.call(() => pods.patch(...args)),
    delete: (...args) => membrane.call(() => pods.delete(...args)),
    log: (...args) => membrane.iterate(pods.log(...args)),
    watch<T>(...[namespace, watching]: Parameters<PodVerbs['watch']>): AsyncIterable<WatchEvent<T>> {
      // What is kept of a pod is the executor's business: only here it is known which pod it is.
      const names = new WeakMap<object, string>()
      const project = (pod: Parameters<typeof watching.project>[0]) => {
        const kept = watching.project(pod)
        const { namespace: place, name } = pod.metadata ?? {}
        if (typeof kept === 'object' && kept !== null) names.set(kept, `${place}/${name}`)
        return kept
      }
      const nameOf = (event: WatchEvent<unknown>) =>
        ('object' in event && names.get(event.object as object)) || 'unknown'
      const events = scrambled(pods.watch(namespace, { ...watching, project }), {
        ...options,
        nameOf,
        signal: watching.signal,
      })
      return membrane.iterate(looked(events as AsyncIterable<WatchEvent<T>>, namespace))
    },
  }
}

/** What the process watches beside pods. */
export function resourcesBehindMembrane(
  resources: Pick<ResourceVerbs, 'watch'>,
  membrane: Membrane,
): Pick<ResourceVerbs, 'watch'> {
  return { watch: (...args) => membrane.iterate(resources.watch(...args)) }
}
