import type { ObjectMetaView } from '../../kube/pod-view.ts'
import { LAUNCH_LABEL } from '../../pods/identity-marks.ts'
import type { Launch } from '../launch-store.ts'
import { type CommonMarks, commonMarks } from './common-marks.ts'
import { sharedText } from './shared-values.ts'

/**
 * What is kept of a pod's metadata. There is one for each pod, and thousands of pods differ in little: what they have alike
 * is held once for all of them, and labels and annotations are put together when they are asked for.
 */
export class RecordedMetadata implements ObjectMetaView {
  name: string
  uid: string
  readonly resourceVersion: string
  readonly creationTimestamp: string | undefined
  // Of few pods: held beside the others.
  declare readonly deletionTimestamp?: string
  declare readonly deletionGracePeriodSeconds?: number
  #launchId: string | undefined
  /** As a number, which needs no room, wherever it is written as one. */
  readonly #mapIndex: string | number | undefined
  readonly #common: CommonMarks

  constructor(metadata: ObjectMetaView) {
    const { name = '', uid = '', resourceVersion = '', creationTimestamp } = metadata
    const { labels, annotations, deletionTimestamp, deletionGracePeriodSeconds } = metadata
    this.name = name
    this.uid = uid
    this.resourceVersion = resourceVersion
    this.creationTimestamp = sharedText(creationTimestamp)
    this.#launchId = labels?.[LAUNCH_LABEL]
    this.#mapIndex = numberOf(annotations?.map_index)
    this.#common = commonMarks(metadata)
    if (deletionTimestamp !== undefined) this.deletionTimestamp = deletionTimestamp
    if (deletionGracePeriodSeconds !== undefined) this.deletionGracePeriodSeconds = deletionGracePeriodSeconds
  }

  get namespace(): string {
    return this.#common.namespace
  }

  get finalizers(): string[] | undefined {
    return this.#common.finalizers
  }

  /** Ours and Airflow's: what identifies the task, its owner, and what was done to the pod. */
  get labels(): Readonly<Record<string, string>> {
    const { labels } = this.#common
    return this.#launchId === undefined ? labels : { ...labels, [LAUNCH_LABEL]: this.#launchId }
  }

  /** What names the task. */
  get annotations(): Readonly<Record<string, string>> {
    const { annotations } = this.#common
    return this.#mapIndex === undefined ? annotations : { ...annotations, map_index: String(this.#mapIndex) }
  }

  /** As the label says; undefined for a pod of Airflow's. */
  get launchId(): string | undefined {
    return this.#launchId
  }

  /** The launch of this pod has the same texts; those that came with the event need not be held too. */
  shareTextsWith({ id, podName, uid }: Launch): void {
    if (this.name === podName) this.name = podName
    if (this.uid === uid) this.uid = uid
    if (this.#launchId === id) this.#launchId = id
  }
}

function numberOf(text: string | undefined): string | number | undefined {
  if (text === undefined) return text
  const number = Number(text)
  return String(number) === text ? number : text
}
