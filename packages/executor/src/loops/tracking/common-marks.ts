import type { ObjectMetaView } from '../../kube/pod-view.ts'
import { DEPLOYMENT_LABEL, EXECUTOR_DONE_LABEL, OWNER_LABEL, POD_REVOKED_LABEL } from '../../pods/identity-marks.ts'
import { SharedValues, sharedText } from './shared-values.ts'

type Texts = Readonly<Record<string, string>>

/** What is kept of the metadata of pods, as far as all pods of one task and try have it alike. */
export interface CommonMarks {
  readonly namespace: string
  readonly finalizers: string[] | undefined
  readonly labels: Texts
  readonly annotations: Texts
}

const LABELS = [OWNER_LABEL, EXECUTOR_DONE_LABEL, POD_REVOKED_LABEL, DEPLOYMENT_LABEL] as const
const ANNOTATIONS = ['dag_id', 'task_id', 'run_id', 'try_number'] as const

const NONE: Texts = Object.freeze({})

const held = new SharedValues<CommonMarks>()
const finalizerLists = new SharedValues<string[]>()
let latest: CommonMarks = { namespace: '', finalizers: undefined, labels: {}, annotations: {} }

/** Those of a pod. Mapped tasks come in rows, so that most are the ones that were asked for last. */
export function commonMarks(metadata: ObjectMetaView): CommonMarks {
  const marks = {
    namespace: metadata.namespace ?? '',
    finalizers: sharedFinalizers(metadata.finalizers),
    labels: metadata.labels ?? NONE,
    annotations: metadata.annotations ?? NONE,
  }
  if (hasMarks(latest, marks)) return latest
  const found = held.get(keyOf(marks), () => kept(marks))
  // What is absent has the key of what is spelt so.
  latest = hasMarks(found, marks) ? found : kept(marks)
  return latest
}

function sharedFinalizers(all: readonly string[] | undefined): string[] | undefined {
  return all?.length ? finalizerLists.get(all.join(), () => [...all]) : undefined
}

function kept({ namespace, finalizers, labels, annotations }: CommonMarks): CommonMarks {
  return {
    namespace: sharedText(namespace),
    finalizers,
    labels: pick(labels, LABELS),
    annotations: pick(annotations, ANNOTATIONS),
  }
}

/** Written out, as it is done for each event: names that are known beforehand are found faster. */
function hasMarks(marks: CommonMarks, { namespace, finalizers, labels, annotations }: CommonMarks): boolean {
  const { labels: known, annotations: named } = marks
  return (
    namespace === marks.namespace &&
    finalizers === marks.finalizers &&
    annotations.task_id === named.task_id &&
    annotations.dag_id === named.dag_id &&
    annotations.run_id === named.run_id &&
    annotations.try_number === named.try_number &&
    labels[OWNER_LABEL] === known[OWNER_LABEL] &&
    labels[EXECUTOR_DONE_LABEL] === known[EXECUTOR_DONE_LABEL] &&
    labels[POD_REVOKED_LABEL] === known[POD_REVOKED_LABEL] &&
    labels[DEPLOYMENT_LABEL] === known[DEPLOYMENT_LABEL]
  )
}

function keyOf({ namespace, finalizers, labels, annotations }: CommonMarks): string {
  const { dag_id, task_id, run_id, try_number } = annotations
  const owner = `${labels[OWNER_LABEL]}\0${labels[DEPLOYMENT_LABEL]}`
  const state = `${labels[EXECUTOR_DONE_LABEL]}\0${labels[POD_REVOKED_LABEL]}`
  return `${dag_id}\0${task_id}\0${run_id}\0${try_number}\0${owner}\0${state}\0${namespace}\0${finalizers}`
}

function pick(from: Texts, names: readonly string[]): Texts {
  const kept: Record<string, string> = {}
  for (const name of names) {
    const value = from[name]
    if (value !== undefined) kept[name] = value
  }
  return Object.freeze(kept)
}
