import type { Logger } from '../../logger.ts'
import { readTaskAnnotations } from '../../pods/task-annotations.ts'
import type { Notice } from '../../watch/notice.ts'
import type { PodRecord } from './pod-record.ts'

/** A pod with our labels whose annotations name no task. */
export interface PoisonPod {
  readonly namespace: string
  readonly pod: string
  readonly uid: string
  /** What is wrong with its annotations. */
  readonly problem: string
}

/** Tells which pods are passed over for their annotations: each logged once, for as long as it is there. */
export class PoisonPods {
  readonly #logger: Logger
  readonly #byUid = new Map<string, PoisonPod>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  notice(notice: Notice<PodRecord>): void {
    if (notice.type === 'LISTED') return
    const { uid, namespace, name, metadata } = notice.record
    const problem = notice.type === 'DELETED' ? undefined : readTaskAnnotations(metadata.annotations).problem
    if (problem === undefined) {
      this.#byUid.delete(uid)
      return
    }
    if (!this.#byUid.has(uid)) this.#logger.error('pod is of no task', { pod: name, namespace, error: problem })
    this.#byUid.set(uid, { namespace, pod: name, uid, problem })
  }

  has(uid: string): boolean {
    return this.#byUid.has(uid)
  }

  list(): PoisonPod[] {
    return [...this.#byUid.values()]
  }
}
