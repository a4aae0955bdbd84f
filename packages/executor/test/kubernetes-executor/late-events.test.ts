import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { WatchOptions } from '../../src/kube/kube-client.ts'
import type { Pod, WatchEvent } from '../../src/kube/types.ts'
import { FakePods } from '../support/fake-pods.ts'
import { deployment } from '../support/shared-store.ts'
import { keyOf } from '../support/start-executor.ts'

/** Watches that are told, whenever a test wants it, of a pod as it was once. */
class Echoes extends FakePods {
  readonly #open = new Set<(pod: Pod) => void>()

  get listeners(): number {
    return this.#open.size
  }

  tell(pod: Pod): void {
    for (const tell of this.#open) tell(pod)
  }

  override async *watch<T>(namespace: string | null, options: WatchOptions<T>): AsyncGenerator<WatchEvent<T>> {
    const waiting: WatchEvent<T>[] = []
    let wake = () => {}
    const take = (event: WatchEvent<T>) => {
      waiting.push(event)
      wake()
    }
    const tell = (pod: Pod) => {
      const object = options.project(pod)
      take({ type: 'MODIFIED', object, resourceVersion: pod.metadata?.resourceVersion ?? '' })
    }
    this.#open.add(tell)
    let isOver = false
    const reading = (async () => {
      try {
        for await (const event of super.watch<T>(namespace, options)) take(event)
      } finally {
        isOver = true
        wake()
      }
    })()
    try {
      for (;;) {
        for (let event = waiting.shift(); event; event = waiting.shift()) yield event
        if (isOver) break
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      await reading
    } finally {
      this.#open.delete(tell)
    }
  }
}

// 60 interleavings in each mode, drawn anew from a fixed seed; the whole space is 5 moments for up to 3 late events.
it.each(['label', 'lease'] as const)(
  'P10: however late and often the end of an earlier pod of the try is told, its next run ends as without it (%s)',
  async (adoption) => {
    const moment = fc.integer({ min: 0, max: 4 })
    const late = fc.array(moment, { minLength: 0, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(late, fc.constantFrom(0, 3), fc.boolean(), async (moments, exitCode, firstFailed) => {
        const pods = new Echoes()
        const { start, store, told } = deployment({ adoption, pods })
        const { run, settle, states, executor } = await start('1')
        const key = keyOf('extract')
        await store.queue([{ key }])
        const launch = async () => {
          const [claimed] = await store.claim('1', 1)
          if (!claimed) throw new Error('nothing to claim')
          executor.queueWorkload({ ...claimed, args: ['true'] })
          await run()
        }
        // The first pod gives up its place: deferred, or lost with its node; its end is told then, and again later.
        await launch()
        const [first] = await store.currentLaunches()
        pods.start(first?.podName ?? '')
        const ended = pods.finish(first?.podName ?? '', firstFailed ? 1 : 0)
        const lost = { class: 'infrastructure', evidence: 'a=b', message: 'lost' } as const
        if (!first) throw new Error('no launch')
        await store.commitOutcomes([
          { launch: { ...first, uid: ended.metadata?.uid ?? '' }, state: 'failed', info: null, failure: lost },
        ])
        await settle()
        executor.getEventBuffer()
        const tellAt = (now: number) => {
          for (const each of moments) if (each === now) pods.tell(ended)
        }
        expect(pods.listeners).toBe(1)
        tellAt(0)
        await launch()
        tellAt(1)
        await settle()
        const [second] = await store.currentLaunches()
        expect(second).toMatchObject({ number: 2 })
        tellAt(2)
        pods.start(second?.podName ?? '')
        await settle()
        tellAt(3)
        await settle()
        expect([states(), executor.hasTask(key)]).toEqual([{ extract: 'running' }, true])
        pods.finish(second?.podName ?? '', exitCode)
        tellAt(4)
        await settle()
        expect(states()).toEqual({ extract: exitCode === 0 ? 'success' : 'failed' })
        expect(told('tryEnded').map(({ launch }) => launch)).toEqual([second?.id])
        await executor.end()
      }),
      { numRuns: 60, seed: 10 },
    )
  },
)
