import type { PodVerbs } from '@davit/executor'

/** The verbs, some of them others'. */
export function wrappedPods(pods: PodVerbs, others: Partial<PodVerbs>): PodVerbs {
  return {
    create: (...args) => pods.create(...args),
    get: (...args) => pods.get(...args),
    list: (...args) => pods.list(...args),
    watch: (...args) => pods.watch(...args),
    patch: (...args) => pods.patch(...args),
    delete: (...args) => pods.delete(...args),
    log: (...args) => pods.log(...args),
    ...others,
  }
}
