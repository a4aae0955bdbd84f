import type { KubeClient, PodVerbs } from '@davit/executor'
import { wrappedPods } from './wrapped-pods.ts'

/** The client with some of its verbs about pods replaced; each may call those of the client. */
export function withPodVerbs(kube: KubeClient, replace: (pods: PodVerbs) => Partial<PodVerbs>): { pods: PodVerbs } {
  return { pods: wrappedPods(kube.pods, replace(kube.pods)) }
}
