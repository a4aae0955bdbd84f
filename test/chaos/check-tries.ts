import { type TaskInstanceKey, taskInstanceKeyText } from '@davit/executor'
import type { JournalLine } from '../support/launch-store/journal.ts'
import type { PlayRecord, Violation } from './play.ts'
import type { PodLife } from './pod-history.ts'
import type { TaskPlan } from './schedule.ts'

/** Promise (a), I3, I8, I9: every task ends, every try has one outcome, every charge is due, and refusals cost nothing. */
export function checkTries({
  journal,
  taskInstances,
  schedule,
  isQuiet,
  pods,
  waitingReasons,
}: PlayRecord): Violation[] {
  const wrong: Violation[] = []
  if (!isQuiet) {
    const open = taskInstances.filter(({ state }) => state !== 'success' && state !== 'failed')
    const names = open.map(({ key, state, queuedByJobId }) => {
      const why = waitingReasons.get(taskInstanceKeyText(key))
      return `${key.taskId} (${state}, job ${queuedByJobId}: ${why ?? 'no executor has it'})`
    })
    const left = pods.filter(
      ({ goneAt, last }) => goneAt === null && last.metadata?.labels?.airflow_executor_done !== 'True',
    )
    const podNames = left.map(({ name, phase, last }) => `${name} (${[phase, ...lastWords(last)].join(', ')})`)
    wrong.push({ invariant: 'I7', what: `not at rest in time: tasks ${names.join(', ')}; pods ${podNames.join(', ')}` })
  }
  for (const instance of taskInstances) {
    const plan = schedule.tasks.find(({ name }) => name === instance.key.taskId)
    const lines = journal.filter(({ key }) => key?.taskId === instance.key.taskId)
    if (plan)
      wrong.push(
        ...checkTask(
          plan,
          lines,
          pods.some(({ pod }) => pod.metadata?.annotations?.task_id === plan.name),
        ),
      )
  }
  return wrong
}

/** What a pod that stays says of itself: whose it is, what its containers wait for, whether it is being deleted. */
function lastWords({ metadata, status }: PodLife['last']): string[] {
  const waiting = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.waiting?.reason ?? [])
  const untrue = (status?.conditions ?? []).filter(({ status: is }) => is !== 'True')
  return [
    `job ${metadata?.labels?.['airflow-worker']}`,
    ...waiting,
    ...untrue.map(({ type, reason }) => `not ${type}${reason ? ` (${reason})` : ''}`),
    ...(metadata?.deletionTimestamp ? [`is being deleted in ${metadata.deletionGracePeriodSeconds} s`] : []),
    ...(metadata?.finalizers ?? []),
  ]
}

function checkTask(plan: TaskPlan, lines: readonly JournalLine[], hadPod: boolean): Violation[] {
  const wrong: Violation[] = []
  const byTry = new Map<string, JournalLine[]>()
  for (const line of lines) {
    if (line.key === null) continue
    const text = taskInstanceKeyText(line.key as TaskInstanceKey)
    byTry.set(text, [...(byTry.get(text) ?? []), line])
  }
  for (const [text, of] of byTry) {
    const ends = of.filter(({ what }) => what === 'tryEnded')
    const charges = of.filter(({ what }) => what === 'charged')
    const users = charges.filter(({ detail }) => detail.budget === 'retries')
    const infrastructure = charges.filter(({ detail }) => detail.budget === 'infrastructureRetries')
    if (ends.length > 1) wrong.push({ invariant: 'a', what: `try ${text} has ${ends.length} outcomes` })
    if (users.length > 1) wrong.push({ invariant: 'a', what: `try ${text} was charged ${users.length} times` })
    if (infrastructure.length > plan.infrastructureRetries) {
      wrong.push({ invariant: 'I3', what: `try ${text} has had ${infrastructure.length} infrastructure failures` })
    }
    if (new Set(infrastructure.map(({ launch }) => launch)).size < infrastructure.length) {
      wrong.push({ invariant: 'I3', what: `a launch of try ${text} was charged twice` })
    }
    for (const { detail } of ends) {
      if (
        detail.state === 'failed' &&
        plan.override === 'broken' &&
        detail.class !== 'config' &&
        detail.class !== null
      ) {
        wrong.push({ invariant: 'I8', what: `try ${text} with a broken override failed as ${detail.class}` })
      }
      const isCancelled = detail.class === null
      if (detail.state === 'failed' && !hadPod && plan.override !== 'broken' && !isCancelled) {
        wrong.push({ invariant: 'I9', what: `try ${text} failed as ${detail.class}, and never had a pod` })
      }
    }
  }
  return wrong
}
