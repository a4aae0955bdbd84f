import { createHash } from 'node:crypto'
import { type TaskInstanceKey, taskInstanceKeyText } from '../tasks/task-instance-key.ts'
import { slug } from './slug.ts'
import { MAX_POD_NAME_LENGTH, SUFFIX_LENGTH, withSuffix } from './unique-name.ts'

export interface LaunchNameOptions {
  /** `config.deployment`: executors of one store share it. */
  readonly deployment: string
  readonly key: TaskInstanceKey
  /** The launch's number within the try, from 1. */
  readonly number: number
}

/**
 * The name of a launch's pod: `<slug of dag and task>-<8 of [a-z0-9]>`, the eight a hash of deployment, task key, try and
 * launch. The same launch always has the same name, so that a repeated create is the same create (I1).
 */
export function podName({ deployment, key, number }: LaunchNameOptions): string {
  const identity = JSON.stringify([deployment, taskInstanceKeyText(key), number])
  const digest = createHash('sha256').update(identity).digest()
  const hash = (digest.readBigUInt64BE(0) % 36n ** BigInt(SUFFIX_LENGTH)).toString(36).padStart(SUFFIX_LENGTH, '0')
  return withSuffix(slug(`${key.dagId}-${key.taskId}`), hash, MAX_POD_NAME_LENGTH)
}

/** `<try>-<launch>-<the name's eight>`: what events are fenced by, as a label and an annotation of the pod. */
export function launchId(options: LaunchNameOptions): string {
  return `${options.key.tryNumber}-${options.number}-${podName(options).slice(-SUFFIX_LENGTH)}`
}

/** The launch's number in its id; null when that has none. */
export function launchNumber(id: string): number | null {
  const number = Number(id.split('-')[1])
  return Number.isSafeInteger(number) && number > 0 ? number : null
}
