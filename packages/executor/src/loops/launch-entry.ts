import type { TaskInstanceKey } from '../tasks/task-instance-key.ts'
import type { Launch } from './launch-store.ts'
import { launchWishes } from './launch-wishes.ts'
import { NOTHING_PASSING, type PassingState } from './passing-state.ts'
import type { PodRecord } from './tracking/pod-record.ts'
import type { TimelineMeter } from './tracking/timeline.ts'
import type { LaunchWishes, Workload } from './workload.ts'

/**
 * Where a task stands.
 *
 * - `waiting` in the launch queue, for the first time or put back after a refusal
 * - `creating` its create, or the question whose pod has its name, is under way
 * - `live` bound to a pod that has not ended
 * - `replacing` given up: the store must know, and its pod be gone, before the next launch of the same try may begin
 * - `ended` its outcome is known and on the way to the store, or in the event buffer
 * - `closed` accounted for, revoked, or given to another executor; nothing leaves this
 */
export type EntryPhase = 'waiting' | 'creating' | 'live' | 'replacing' | 'ended' | 'closed'

interface Beginning {
  readonly key: TaskInstanceKey
  readonly args: readonly string[] | null
  readonly wishes: LaunchWishes | null
  readonly priority: number
  readonly sequence: number
  readonly phase: EntryPhase
  readonly namespace: string
  readonly launchNumber: number
}

/**
 * One try that this executor answers for. Written by the loops only. There are as many as there are pods, and nearly all of
 * these run: what is of no use meanwhile is held apart, and let go.
 */
export class LaunchEntry implements PassingState {
  readonly key: TaskInstanceKey
  /** Null: adopted, and its work is unknown, so that it cannot be launched again from here. */
  readonly args: readonly string[] | null
  /** What else its launches need. */
  readonly wishes: LaunchWishes | null
  readonly priority: number
  /** Its age in the queue; kept for all launches of the try. */
  readonly sequence: number
  phase: EntryPhase
  /** Where the pod goes; a guess until it was built. */
  namespace: string
  launchNumber: number
  /** Present as soon as its name is known; recorded in the store before its create is sent. */
  launch: Launch | null = null
  isRecorded = false
  /** The pod as last seen. */
  record: PodRecord | null = null
  wasRunning = false
  /** Where its time goes; null in tests of single loops. */
  timeline: TimelineMeter | null = null
  #passing: Readonly<PassingState> = NOTHING_PASSING

  constructor(begun: Beginning) {
    this.key = begun.key
    this.args = begun.args
    this.wishes = begun.wishes
    this.priority = begun.priority
    this.sequence = begun.sequence
    this.phase = begun.phase
    this.namespace = begun.namespace
    this.launchNumber = begun.launchNumber
  }

  /** The store was asked to record it; whether it has is known by `isRecorded`. */
  get mayBeRecorded(): boolean {
    return this.isRecorded || this.#passing.mayBeRecorded
  }

  set mayBeRecorded(value: boolean) {
    if (value !== this.#passing.mayBeRecorded) LaunchEntry.#ownPassing(this).mayBeRecorded = value
  }

  get infrastructureFailures(): PassingState['infrastructureFailures'] {
    return this.#passing.infrastructureFailures
  }

  set infrastructureFailures(value: PassingState['infrastructureFailures']) {
    if (value !== this.#passing.infrastructureFailures) LaunchEntry.#ownPassing(this).infrastructureFailures = value
  }

  get supersedes(): PassingState['supersedes'] {
    return this.#passing.supersedes
  }

  set supersedes(value: PassingState['supersedes']) {
    if (value !== this.#passing.supersedes) LaunchEntry.#ownPassing(this).supersedes = value
  }

  get replacing(): PassingState['replacing'] {
    return this.#passing.replacing
  }

  set replacing(value: PassingState['replacing']) {
    if (value !== this.#passing.replacing) LaunchEntry.#ownPassing(this).replacing = value
  }

  get sentPod(): PassingState['sentPod'] {
    return this.#passing.sentPod
  }

  set sentPod(value: PassingState['sentPod']) {
    if (value !== this.#passing.sentPod) LaunchEntry.#ownPassing(this).sentPod = value
  }

  get mayExist(): PassingState['mayExist'] {
    return this.#passing.mayExist
  }

  set mayExist(value: PassingState['mayExist']) {
    if (value !== this.#passing.mayExist) LaunchEntry.#ownPassing(this).mayExist = value
  }

  get recordAskedAt(): PassingState['recordAskedAt'] {
    return this.#passing.recordAskedAt
  }

  set recordAskedAt(value: PassingState['recordAskedAt']) {
    if (value !== this.#passing.recordAskedAt) LaunchEntry.#ownPassing(this).recordAskedAt = value
  }

  get refusal(): PassingState['refusal'] {
    return this.#passing.refusal
  }

  set refusal(value: PassingState['refusal']) {
    if (value !== this.#passing.refusal) LaunchEntry.#ownPassing(this).refusal = value
  }

  get pending(): PassingState['pending'] {
    return this.#passing.pending
  }

  set pending(value: PassingState['pending']) {
    if (value !== this.#passing.pending) LaunchEntry.#ownPassing(this).pending = value
  }

  get hasFreed(): PassingState['hasFreed'] {
    return this.#passing.hasFreed
  }

  set hasFreed(value: PassingState['hasFreed']) {
    if (value !== this.#passing.hasFreed) LaunchEntry.#ownPassing(this).hasFreed = value
  }

  get outcome(): PassingState['outcome'] {
    return this.#passing.outcome
  }

  set outcome(value: PassingState['outcome']) {
    if (value !== this.#passing.outcome) LaunchEntry.#ownPassing(this).outcome = value
  }

  /** Its pod runs: what its way there needed is let go. */
  startedRunning(): void {
    this.wasRunning = true
    const { infrastructureFailures, supersedes, replacing, hasFreed, outcome } = this.#passing
    if (!infrastructureFailures && !supersedes && !replacing && !hasFreed && !outcome) this.#passing = NOTHING_PASSING
  }

  /** Static, as a private method of its own would be a field of each entry. */
  static #ownPassing(entry: LaunchEntry): PassingState {
    if (entry.#passing === NOTHING_PASSING) entry.#passing = { ...NOTHING_PASSING }
    return entry.#passing
  }
}

/** A task that waits for its first launch. */
export function newEntry(workload: Workload, sequence: number, namespace: string): LaunchEntry {
  const { key, args, priority, launchNumber, mayExist = false } = workload
  const wishes = launchWishes(workload)
  const entry = new LaunchEntry({ key, args, wishes, priority, sequence, phase: 'waiting', namespace, launchNumber })
  entry.mayExist = mayExist
  return entry
}

/** A task whose pod was found, running or ended; `record` null: it was bound once, and is to be looked for. */
export function adoptedEntry(launch: Launch, sequence: number, record: PodRecord | null): LaunchEntry {
  const { key, namespace, number: launchNumber } = launch
  const begun = {
    key,
    args: null,
    wishes: null,
    priority: 0,
    sequence,
    phase: 'live',
    namespace,
    launchNumber,
  } as const
  const entry = new LaunchEntry(begun)
  entry.launch = launch
  entry.isRecorded = true
  entry.record = record
  return entry
}
