import type { KubeClient, PodVerbs } from '@davit/executor'

/** The client with some of its verbs about pods replaced; each may call those of the client. */
export function withPodVerbs(kube: KubeClient, replace: (pods: PodVerbs) => Partial<PodVerbs>): { pods: PodVerbs } {
  const { pods } = kube
  const own: PodVerbs = {
    create: (...args) => pods.create(...args),
    get: (...args) => pods.get(...args),
    list: (...args) => pods.list(...args),
    watch: (...args) => pods.watch(...args),
    patch: (...args) => pods.patch(...args),
    delete: (...args) => pods.delete(...args),
    log: (...args) => pods.log(...args),
  }
  return { pods: { ...own, ...replace(own) } }
}
