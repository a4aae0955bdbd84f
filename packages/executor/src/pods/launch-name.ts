import { hash as hashOf } from 'node:crypto'
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

/** What a launch is known by. */
export interface LaunchNames {
  readonly podName: string
  readonly launchId: string
}

/**
 * The pod's name is `<slug of dag and task>-<8 of [a-z0-9]>`, the eight a hash of deployment, task key, try and launch. The
 * same launch always has the same name, so that a repeated create is the same create (I1). The launch's id, by which events
 * are fenced, is `<try>-<launch>-<the name's eight>`.
 */
export function launchNames({ deployment, key, number }: LaunchNameOptions): LaunchNames {
  const identity = JSON.stringify([deployment, taskInstanceKeyText(key), number])
  const digest = hashOf('sha256', identity, 'buffer')
  const hash = (digest.readBigUInt64BE(0) % 36n ** BigInt(SUFFIX_LENGTH)).toString(36).padStart(SUFFIX_LENGTH, '0')
  return {
    podName: withSuffix(slug(`${key.dagId}-${key.taskId}`), hash, MAX_POD_NAME_LENGTH),
    launchId: `${key.tryNumber}-${number}-${hash}`,
  }
}

/** The name of a launch's pod: see {@link launchNames}. */
export function podName(options: LaunchNameOptions): string {
  return launchNames(options).podName
}

/** The launch's id, a label and an annotation of its pod: see {@link launchNames}. */
export function launchId(options: LaunchNameOptions): string {
  return launchNames(options).launchId
}

/** The launch's number in its id; null when that has none. */
export function launchNumber(id: string): number | null {
  const number = Number(id.split('-')[1])
  return Number.isSafeInteger(number) && number > 0 ? number : null
}
