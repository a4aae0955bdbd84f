import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { SqliteLaunchStore } from '../../../../test/support/sqlite-launch-store.ts'
import type { ExecutorOptions } from '../../src/config/executor-config.ts'
import type { LaunchStore } from '../../src/loops/launch-store.ts'
import { FakePods } from './fake-pods.ts'
import { RecordedMetrics } from './recorded-metrics.ts'
import { keyOf, startExecutor } from './start-executor.ts'

/** What a store's calls meet before they reach it. */
export interface Gate {
  /** Whether it answers. */
  isOpen: boolean
  /** Whether it renews leases. */
  renews: boolean
}

/** The store as one process sees it, which may be cut off. */
export function throughGate(store: SqliteLaunchStore, gate: Gate): LaunchStore {
  const guarded = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(from, name) {
        const value: unknown = Reflect.get(from, name)
        if (typeof value === 'object' && value !== null) return guarded(value)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          if (!gate.isOpen || (name === 'renew' && !gate.renews)) throw new Error('the store is out of reach')
          return value.apply(from, args)
        }
      },
    })
  return guarded(store)
}

interface DeploymentOptions {
  /** @default 'lease' */
  readonly adoption?: 'label' | 'lease'
  readonly pods?: FakePods
}

/** Executors of one deployment on one store, one cluster and one clock. */
export function deployment({ adoption = 'lease', pods: given }: DeploymentOptions = {}) {
  const clock = new FakeClock()
  const pods = given ?? new FakePods({ now: () => clock.now() })
  const store = new SqliteLaunchStore({ path: ':memory:', leases: adoption === 'lease', now: () => clock.now() })
  const start = async (jobId: string, more: { readonly config?: ExecutorOptions } = {}) => {
    const gate: Gate = { isOpen: true, renews: true }
    const metrics = new RecordedMetrics()
    const config = { adoption, ...more.config } as const
    const started = await startExecutor({ jobId, pods, clock, metrics, config, store: throughGate(store, gate) })
    /** Queues, claims and launches. */
    const run = async (...taskIds: string[]) => {
      await store.queue(taskIds.map((taskId) => ({ key: keyOf(taskId), retries: 1 })))
      for (const claimed of await store.claim(jobId, 99)) {
        started.executor.queueWorkload({ ...claimed, args: ['true'] })
      }
      started.executor.heartbeat()
      await started.settle()
    }
    /** What its scheduler does about jobs that are gone: the tasks that were not adopted. */
    const adopt = async () => {
      const left = await started.executor.tryAdoptTaskInstances(await store.orphans(jobId))
      await store.resetOrphans(jobId, left)
      await started.settle()
      return left.map(({ key }) => key.taskId)
    }
    return { ...started, metrics, gate, run, adopt }
  }
  const owners = async () => Object.fromEntries((await store.launches()).map(({ key, owner }) => [key.taskId, owner]))
  const told = (what: string) => store.journal().filter((line) => line.what === what)
  return { clock, pods, store, start, owners, told }
}
