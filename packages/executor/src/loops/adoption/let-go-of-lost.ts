import type { LaunchEngine } from '../launch-engine.ts'
import type { LaunchStore } from '../launch-store.ts'

/** Lets go of the launches that the store does not hold for this job any more. What has ended is settled by its commit. */
export async function letGoOfLost(
  engine: LaunchEngine,
  { store, jobId }: { readonly store: LaunchStore; readonly jobId: string },
): Promise<void> {
  // Those recorded before the store is asked: what comes after is not in its answer.
  const asked = [...engine.book.entries()].flatMap((entry) =>
    entry.launch && entry.isRecorded && entry.phase !== 'ended' ? [{ entry, id: entry.launch.id }] : [],
  )
  const ours = new Set((await store.currentLaunches()).filter(({ owner }) => owner === jobId).map(({ id }) => id))
  for (const { entry, id } of asked) {
    if (entry.launch?.id === id && entry.phase !== 'ended' && !ours.has(id)) {
      engine.letGo(entry, 'another executor has taken it over')
    }
  }
}
