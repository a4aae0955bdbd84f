import type { PodView } from '../kube/pod-view.ts'
import type { WatchRecord } from './record-store.ts'

/** A record, or the name of a pod that could not be made one. */
export type Projected<T extends WatchRecord> = T | Unprojected

/** Stands for a pod whose projection threw, so that it hurts neither its list nor its watch. */
export class Unprojected implements WatchRecord {
  readonly uid: string
  readonly name: string
  readonly namespace: string
  readonly resourceVersion: string
  readonly error: unknown

  constructor(pod: PodView, error: unknown) {
    this.uid = pod.metadata?.uid ?? ''
    this.name = pod.metadata?.name ?? ''
    this.namespace = pod.metadata?.namespace ?? ''
    this.resourceVersion = pod.metadata?.resourceVersion ?? ''
    this.error = error
  }
}

/** The pod's record, or an {@link Unprojected} when `project` throws. */
export function projectSafely<T extends WatchRecord>(project: (pod: PodView) => T, pod: PodView): Projected<T> {
  try {
    return project(pod)
  } catch (error) {
    return new Unprojected(pod, error)
  }
}
