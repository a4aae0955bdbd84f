import {
  InMemoryLaunchStore,
  type Launch,
  type LaunchLeases,
  type TaskInstanceKey,
  TaskInstanceKeyMap,
} from '@davit/executor'

export type AdoptionMode = 'label' | 'lease'

/**
 * A store that outlives its executor, as a database does: whoever was killed has left these launches, and no lease. It is in
 * memory, so that what is measured is the executor and not a database.
 */
export class KeptLaunches extends InMemoryLaunchStore {
  override readonly isVolatile = false
  readonly leases?: LaunchLeases

  private constructor(left: readonly Launch[], mode: AdoptionMode) {
    super()
    if (mode === 'lease') this.leases = leasesOver(new TaskInstanceKeyMap(left.map((launch) => [launch.key, launch])))
  }

  static async holding(left: readonly Launch[], mode: AdoptionMode): Promise<KeptLaunches> {
    const store = new KeptLaunches(left, mode)
    for (const launch of left) {
      await store.recordLaunch({ launch })
      if (launch.uid !== undefined) await store.bindPod(launch, launch.uid)
    }
    return store
  }
}

function leasesOver(left: TaskInstanceKeyMap<Launch>): LaunchLeases {
  const taken = (owner: string, key: TaskInstanceKey) => {
    const launch = left.get(key)
    return launch ? [{ ...launch, owner }] : []
  }
  return {
    renew: async () => 0,
    release: async () => {},
    alive: async () => [],
    takeOver: async (owner, keys) => keys.flatMap((key) => taken(owner, key)),
    closed: async () => [],
  }
}
