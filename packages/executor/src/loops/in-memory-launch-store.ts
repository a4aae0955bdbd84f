import type { TaskInstanceKey } from '../tasks/task-instance-key.ts'
import { TaskInstanceKeyMap } from '../tasks/task-instance-key-map.ts'
import { boundLaunch } from './bound-launch.ts'
import type {
  CommittedOutcome,
  Launch,
  LaunchOutcome,
  LaunchRequest,
  LaunchStore,
  RecordedLaunch,
} from './launch-store.ts'

/**
 * The default {@link LaunchStore}. Its memory ends with the process: after a restart nothing is known of earlier
 * launches but what their pods say. It remembers a launch until its outcome is committed or it is revoked.
 */
export class InMemoryLaunchStore implements LaunchStore {
  readonly isVolatile: boolean = true
  readonly #current = new TaskInstanceKeyMap<Launch>()
  #versions: ReadonlyMap<string, string> = new Map()

  readonly resourceVersions = {
    load: async () => this.#versions,
    save: async (versions: ReadonlyMap<string, string>) => {
      this.#versions = new Map(versions)
    },
  }

  async recordLaunch({ launch, supersedes }: LaunchRequest): Promise<RecordedLaunch> {
    const { key } = launch
    const current = this.#current.get(key)
    if (current && current.id !== launch.id && current.id !== supersedes?.launchId) {
      return { recorded: false, reason: `launch ${current.id} of this try is the current one` }
    }
    if (current?.id !== launch.id) this.#current.set(key, launch)
    return { recorded: true, env: {} }
  }

  async bindPod(launch: Launch, uid: string): Promise<boolean> {
    const { key } = launch
    const current = this.#current.get(key)
    // An adopted launch was recorded by a process that is gone, and its memory with it.
    if (!current) {
      this.#current.set(key, boundLaunch(launch, uid))
      return true
    }
    if (current.id !== launch.id) return false
    if (current.uid === undefined) this.#current.set(key, boundLaunch(launch, uid))
    return (current.uid ?? uid) === uid
  }

  async revokeLaunch(launch: Launch): Promise<boolean> {
    const { key } = launch
    if (this.#current.get(key)?.id === launch.id) this.#current.delete(key)
    return true
  }

  async commitOutcomes(batch: readonly LaunchOutcome[]): Promise<readonly CommittedOutcome[]> {
    return batch.map(({ launch, state }) => {
      const { key } = launch
      const current = this.#current.get(key)
      const isFenced =
        current !== undefined &&
        (current.id !== launch.id ||
          (current.uid !== undefined && launch.uid !== undefined && current.uid !== launch.uid))
      if (isFenced) return { accepted: false, state: null }
      this.#current.delete(key)
      return { accepted: true, state }
    })
  }

  async currentLaunches(): Promise<readonly Launch[]> {
    return [...this.#current.values()]
  }

  /** None: who queues task instances without a store keeps them. */
  async queuedTaskInstances(): Promise<readonly { readonly key: TaskInstanceKey; readonly queuedByJobId: null }[]> {
    return []
  }

  /** Nothing to put back: see {@link queuedTaskInstances}. */
  async requeue(): Promise<void> {}
}
