import type { Clock, PodVerbs, WatchEvent, WatchOptions } from '@davit/executor'

/** Verbs whose watches tell everything late, each word by a random time of its own up to `maxMs`, in order. */
export function delayedWatch(
  pods: PodVerbs,
  { clock, random, maxMs }: { readonly clock: Clock; readonly random: () => number; readonly maxMs: number },
): PodVerbs {
  async function* watch<T>(namespace: string | null, options: WatchOptions<T>): AsyncIterable<WatchEvent<T>> {
    const told: { readonly event: WatchEvent<T>; readonly dueAt: number }[] = []
    let wake = () => {}
    let lastDueAt = 0
    let end: { readonly error?: unknown } | null = null
    const read = async () => {
      try {
        for await (const event of pods.watch(namespace, options)) {
          lastDueAt = Math.max(lastDueAt, clock.now() + random() * maxMs)
          told.push({ event, dueAt: lastDueAt })
          wake()
        }
        end = {}
      } catch (error) {
        end = { error }
      }
      wake()
    }
    void read()
    for (;;) {
      const [next] = told
      if (next && next.dueAt <= clock.now()) {
        told.shift()
        yield next.event
        continue
      }
      if (!next && end !== null) {
        if ('error' in end) throw (end as { error: unknown }).error
        return
      }
      await new Promise<void>((resolve) => {
        wake = resolve
        if (next) clock.setTimeout(resolve, next.dueAt - clock.now())
      })
    }
  }
  return {
    create: pods.create.bind(pods),
    get: pods.get.bind(pods),
    list: pods.list.bind(pods),
    patch: pods.patch.bind(pods),
    delete: pods.delete.bind(pods),
    log: pods.log.bind(pods),
    watch,
  }
}
