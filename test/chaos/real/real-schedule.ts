import type { Fault, FaultName } from '../plan-fault.ts'
import { makeSchedule, type Schedule, type TaskPlan } from '../schedule.ts'

/** Those that concern one run alone. The node, and how its containers die, are shared by all runs at a time. */
export const REAL_FAULTS: readonly FaultName[] = [
  'answersLost',
  'requestsDropped',
  'serverErrors',
  'slowServer',
  'throttled',
  'credentialsRevoked',
  'quota',
  'watchDropped',
  'watchStalled',
  'versionGone',
  'eventsTwice',
  'eventsLate',
  'eventsReordered',
  'serverRestarted',
  'serverRestartedCompacted',
  'partitioned',
  'evicted',
  'podDeleted',
  'slowStore',
  'executorKilled',
  'executorPaused',
]

/** What a run on the dev cluster takes minutes for takes seconds here. */
const FACTOR = 20

/** The schedule of a seed for a server in real time: the same tasks and faults, sooner and shorter, in namespaces of its own. */
export function realSchedule(seed: number): Schedule {
  const { namespaces, tasks, faults, ...more } = makeSchedule(seed, REAL_FAULTS)
  const place = (namespace: string) => `chaos-${seed}-${namespace}`
  const own = namespaces.map(place)
  return {
    ...more,
    // All namespaces are those of other runs, too.
    scopes: 'list',
    namespaces: own,
    nodeSelector: { kwok: 'true' },
    tasks: tasks.map((task) => hurriedTask({ ...task, namespace: place(task.namespace) })),
    faults: faults.map((fault) =>
      hurriedFault('namespace' in fault ? { ...fault, namespace: place(fault.namespace) } : fault),
    ),
  }
}

function hurried(ms: number): number {
  return Math.ceil(ms / FACTOR)
}

function hurriedTask(task: TaskPlan): TaskPlan {
  const { runMs, ...script } = task.script
  return {
    ...task,
    arrivesAt: hurried(task.arrivesAt),
    cancelledAt: task.cancelledAt === null ? null : hurried(task.cancelledAt),
    script: { ...script, ...(runMs !== undefined && { runMs: Math.max(100, hurried(runMs)) }) },
  }
}

function hurriedFault(fault: Fault): Fault {
  const times = { at: hurried(fault.at), forMs: hurried(fault.forMs) }
  switch (fault.kind) {
    case 'slowServer':
      return { ...fault, ...times, delayMs: hurried(fault.delayMs) }
    case 'eventsLate':
      return { ...fault, ...times, lateMs: hurried(fault.lateMs) }
    case 'throttled':
      return { ...fault, ...times, retryAfterSeconds: 1 }
    case 'executorKilled':
      return { ...fault, ...times, downMs: hurried(fault.downMs) }
    case 'partitioned':
      // A connection that is silent for good is noticed after 150 s, which nothing hurries.
      return { ...fault, ...times, healing: fault.healing === 'strand' ? 'break' : fault.healing }
    default:
      return { ...fault, ...times }
  }
}
