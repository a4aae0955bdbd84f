import { type Clock, KubeConnectionError, type KubeConnectionErrorKind, type PodVerbs } from '@davit/executor'
import { sleep } from './sleep.ts'

export interface SpoiledAnswers {
  readonly clock: Clock
  /** What the client makes of the answers: `timeout` of bodies that trickle in, `protocol` of JSON that is cut off. */
  readonly kind: KubeConnectionErrorKind
  /** How long it waits for an answer, and for a word of a watch, before it says so. */
  readonly waitMs: { readonly request: number; readonly watch: number }
  readonly isOn: () => boolean
}

/**
 * Verbs whose requests are carried out, and whose answers cannot be read while it is on. What bytes lead to which error
 * is proved at the wire; here it is what an executor makes of them.
 */
export function spoiledAnswers(pods: PodVerbs, { clock, kind, waitMs, isOn }: SpoiledAnswers): PodVerbs {
  const error = () =>
    new KubeConnectionError({
      kind,
      server: 'https://api',
      method: 'GET',
      path: '/api/v1/pods',
      reason: 'spoiled',
      mayHaveArrived: true,
    })
  const spoil = async <T>(signal: AbortSignal | undefined, request: () => Promise<T>): Promise<T> => {
    const answer = await request()
    if (!isOn()) return answer
    await sleep(clock, waitMs.request, signal)
    throw error()
  }
  return {
    create: (namespace, pod, options) => spoil(options?.signal, () => pods.create(namespace, pod, options)),
    get: (namespace, name, options) => spoil(options?.signal, () => pods.get(namespace, name, options)),
    list: (namespace, options) => spoil(options.signal, () => pods.list(namespace, options)),
    patch: (namespace, name, patch, options) =>
      spoil(options?.signal, () => pods.patch(namespace, name, patch, options)),
    delete: (namespace, name, options) => spoil(options?.signal, () => pods.delete(namespace, name, options)),
    log: (...given) => pods.log(...given),
    async *watch(namespace, options) {
      if (isOn()) {
        await sleep(clock, waitMs.watch, options.signal)
        if (options.signal?.aborted) return
        throw error()
      }
      for await (const event of pods.watch(namespace, options)) {
        if (isOn()) throw error()
        yield event
      }
    },
  }
}
