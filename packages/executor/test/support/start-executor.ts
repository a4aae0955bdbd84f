import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { QueuedWorkload } from '../../src/base-executor.ts'
import { KubernetesExecutor, type KubernetesExecutorOptions } from '../../src/kubernetes-executor.ts'
import type { TaskInstanceKey } from '../../src/tasks/task-instance-key.ts'
import { FakePods } from './fake-pods.ts'
import { RecordedLogger } from './recorded-logger.ts'
import { RecordedMetrics } from './recorded-metrics.ts'

export interface Setup extends Omit<Partial<KubernetesExecutorOptions>, 'clock' | 'kube' | 'logger'> {
  readonly pods?: FakePods
  readonly clock?: FakeClock
}

/** An executor on pods of memory, with a clock that stands still. */
export async function startExecutor({ pods: given, clock = new FakeClock(), ...options }: Setup = {}) {
  const pods = given ?? new FakePods({ now: () => clock.now() })
  const logger = new RecordedLogger()
  const metrics = new RecordedMetrics()
  const executor = new KubernetesExecutor({
    jobId: '7',
    kube: { pods },
    clock,
    random: () => 0,
    logger,
    metrics,
    ...options,
  })
  await executor.start()
  await executor.settled()
  /** Queues the task, and waits for what follows from a heartbeat. */
  const launch = async (id: string | TaskInstanceKey, more: Partial<QueuedWorkload> = {}) => {
    const key = typeof id === 'string' ? keyOf(id) : id
    executor.queueWorkload({ key, args: ['true'], ...more })
    executor.heartbeat()
    await clock.advance(0)
    await executor.settled()
    return key
  }
  /** The events of the tasks, by task id. */
  const events = () => Object.fromEntries([...executor.getEventBuffer()].map(([key, event]) => [key.taskId, event]))
  const states = () => Object.fromEntries(Object.entries(events()).map(([id, { state }]) => [id, state]))
  const settle = async () => {
    await clock.advance(0)
    await executor.settled()
    await clock.advance(0)
  }
  return { executor, pods, clock, logger, metrics, launch, events, states, settle }
}

export function keyOf(taskId: string, more: Partial<TaskInstanceKey> = {}): TaskInstanceKey {
  return { dagId: 'sales', taskId, runId: 'manual__1', tryNumber: 1, mapIndex: -1, ...more }
}
