import type {
  BindAnswer,
  CommittedOutcome,
  Launch,
  LaunchOutcome,
  LaunchRequest,
  RecordedLaunch,
} from '@davit/executor'
import {
  currentLaunch,
  failureOfRow,
  findInstance,
  findLaunch,
  type LaunchRow,
  launchOfRow,
  type TaskInstanceRow,
} from './rows.ts'
import type { StoreContext } from './store-context.ts'
import { endOfLaunch, failTry } from './try-ends.ts'

/** Whether the launch is another job's: then nothing of it changes. */
function isTakenOver({ guardsOwners }: StoreContext, row: LaunchRow | undefined, launch: Launch): boolean {
  return guardsOwners && row !== undefined && row.owner !== (launch.owner ?? null)
}

/** Records a launch of a try that its job has claimed (I1), in the place of the one that it supersedes. */
export function recordLaunch(context: StoreContext, { launch, supersedes }: LaunchRequest): RecordedLaunch {
  const { db, journal } = context
  const refuse = (reason: string, how: { readonly takenOver?: true } = {}): RecordedLaunch => {
    journal.write('refused', { job: launch.owner, launch, detail: { reason, ...how } })
    return { recorded: false, reason, ...how }
  }
  const instance = findInstance(db, launch.key)
  if (!instance) return refuse(`there is no task instance ${launch.key.taskId} in run ${launch.key.runId}`)
  const known = findLaunch(db, launch.id)
  const old = supersedes && findLaunch(db, supersedes.launchId)
  if (isTakenOver(context, known, launch) || isTakenOver(context, old, launch)) {
    return refuse(`job ${(known ?? old)?.owner} answers for launch ${(known ?? old)?.id}`, { takenOver: true })
  }
  const { try_number: tryNumber, state, queued_by_job_id: claimer } = instance
  if (tryNumber !== launch.key.tryNumber || (state !== 'queued' && state !== 'scheduled')) {
    return refuse(`try ${launch.key.tryNumber} is over: the task instance is ${state}, try ${tryNumber}`)
  }
  if (state !== 'queued' || claimer !== (launch.owner ?? null)) {
    return refuse(state === 'queued' ? `job ${claimer} has claimed it` : 'it was put back', { takenOver: true })
  }
  if (known?.state === 'current') return { recorded: true, env: {} }
  if (known) return refuse(`launch ${known.id} is ${known.state}`)
  const current = currentLaunch(db, instance)
  if (current && current.id !== supersedes?.launchId)
    return refuse(`launch ${current.id} of this try is the current one`)
  // Given up before its pod was deleted, and charged only now.
  const replaced = current ?? (old?.state === 'revoked' ? old : undefined)
  if (replaced && supersedes && !supersede(context, instance, replaced, { launch, supersedes })) {
    return refuse(
      `infrastructureRetries (${instance.infrastructure_retries}) are used up: ${supersedes.failure.message}`,
    )
  }
  db.run(
    `INSERT INTO launch (id, task_instance_id, try_number, number, pod_name, namespace, owner, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'current')`,
    launch.id,
    instance.id,
    tryNumber,
    launch.number,
    launch.podName,
    launch.namespace,
    launch.owner ?? null,
  )
  journal.write('recorded', { job: launch.owner, launch, detail: { podName: launch.podName, number: launch.number } })
  return { recorded: true, env: {} }
}

/** Charges the lost launch to the try's own budget. False: that is used up, and the try has failed as the launch did. */
function supersede(
  context: StoreContext,
  instance: TaskInstanceRow,
  row: LaunchRow,
  { launch, supersedes }: Required<LaunchRequest>,
): boolean {
  const { db, journal } = context
  const { failure } = supersedes
  const old = launchOfRow(row, instance)
  const isUsedUp =
    instance.infrastructure_retries >= 0 && instance.infrastructure_failures >= instance.infrastructure_retries
  const end = isUsedUp ? 'ended' : 'superseded'
  db.run('UPDATE launch SET state = ?, failure = ? WHERE id = ?', end, JSON.stringify(failure), row.id)
  if (isUsedUp) {
    journal.write('ended', { job: launch.owner, launch: old, detail: { state: 'failed', class: failure.class } })
    failTry(context, instance, old, failure, launch.owner)
    return false
  }
  db.run('UPDATE task_instance SET infrastructure_failures = infrastructure_failures + 1 WHERE id = ?', instance.id)
  journal.write('superseded', { job: launch.owner, launch: old, detail: { by: launch.id, class: failure.class } })
  journal.write('charged', { job: launch.owner, launch: old, detail: { budget: 'infrastructureRetries' } })
  return true
}

export function bindPod(context: StoreContext, launch: Launch, uid: string): BindAnswer {
  const { db, journal, guardsOwners } = context
  const row = findLaunch(db, launch.id)
  if (isTakenOver(context, row, launch)) {
    journal.write('notBound', { job: launch.owner, launch, uid, detail: { takenOver: true } })
    return 'takenOver'
  }
  if (row?.uid === uid && (row.state === 'current' || row.state === 'ended')) {
    // Without leases whoever put its name on the pod is its owner.
    if (!guardsOwners) db.run('UPDATE launch SET owner = ? WHERE id = ?', launch.owner ?? null, row.id)
    return true
  }
  if (row?.state !== 'current' || row.uid !== null) {
    const detail = { state: row?.state ?? 'unknown', boundTo: row?.uid ?? null }
    journal.write('notBound', { job: launch.owner, launch, uid, detail })
    return false
  }
  db.run('UPDATE launch SET uid = ?, owner = ? WHERE id = ?', uid, launch.owner ?? null, row.id)
  journal.write('bound', { job: launch.owner, launch, uid })
  return true
}

export function revokeLaunch(context: StoreContext, launch: Launch): boolean {
  const { db, journal } = context
  const row = findLaunch(db, launch.id)
  if (row?.state !== 'current') return row?.state !== 'ended'
  if (isTakenOver(context, row, launch)) return false
  db.run(`UPDATE launch SET state = 'revoked' WHERE id = ?`, row.id)
  journal.write('revoked', { job: launch.owner, launch, uid: row.uid })
  return true
}

/** The end of one launch, once: from its owner, and from the pod that it is bound to (I2). */
export function commitOutcome(context: StoreContext, outcome: LaunchOutcome): CommittedOutcome {
  const { db, journal } = context
  const { launch } = outcome
  const row = findLaunch(db, launch.id)
  const instance = row && findInstance(db, launch.key)
  const refuse = (reason: string, how: { readonly takenOver?: true } = {}): CommittedOutcome => {
    journal.write('notAccepted', { job: launch.owner, launch, detail: { reason, state: outcome.state, ...how } })
    return { accepted: false, state: instance?.state ?? null, ...how }
  }
  if (!row || !instance) return refuse('the launch was never recorded')
  if (isTakenOver(context, row, launch)) return refuse(`job ${row.owner} answers for it`, { takenOver: true })
  if (row.uid !== null && row.uid !== launch.uid) return refuse(`it is bound to pod ${row.uid}`)
  if (row.state === 'superseded' || row.state === 'revoked') return refuse(`it is ${row.state}`)
  if (row.state === 'ended') {
    // Asked again after a lost answer, it is the same answer; a second one to report it there is not.
    if (row.ended_by !== (launch.owner ?? null))
      return refuse(`job ${row.ended_by} has reported it`, { takenOver: true })
    return committed(row.end_state, failureOfRow(row))
  }
  const state = endOfLaunch(context, instance, row, outcome)
  return committed(state, outcome.failure ?? null)
}

function committed(state: string | null, failure: LaunchOutcome['failure'] | null): CommittedOutcome {
  return { accepted: true, state, ...(failure ? { failure } : {}) }
}
