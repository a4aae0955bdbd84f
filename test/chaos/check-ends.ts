import type { PlayRecord, Violation } from './play.ts'
import type { PodLife } from './pod-history.ts'

/** Promise (a) and I7: the outcome of a launch is what its pod showed, and ends are seen within the limits of a blind watch. */
export function checkEnds({ journal, pods, faultsEndedAt, endedAt, schedule, pace }: PlayRecord): Violation[] {
  const byUid = new Map(pods.map((life) => [life.uid, life]))
  const wrong: Violation[] = []
  for (const { what, launch, uid, detail, time } of journal) {
    if (what !== 'ended') continue
    const life = uid === null ? undefined : byUid.get(uid)
    if (detail.state === 'success' && life?.exitCode !== 0) {
      wrong.push({
        invariant: 'a',
        what: `launch ${launch} succeeded, and its pod ${uid} ended with ${life?.exitCode}`,
      })
    }
    // Announced to the world, and there to be seen when it was called a failure.
    const hasSucceeded = life?.exitCode === 0 && life.phase === 'Succeeded'
    // A finalizer keeps the pod until then.
    const wasThere = life && (schedule.outcomeFinalizer || (life.goneAt ?? Number.POSITIVE_INFINITY) > time)
    if (detail.state === 'failed' && hasSucceeded && wasThere && (life.endedAt ?? time) < time - pace.newsMs) {
      wrong.push({
        invariant: 'a',
        what: `launch ${launch} failed as ${detail.class}, and its pod ${uid} had succeeded`,
      })
    }
    const hasExited = life !== undefined && life.exitCode !== null && life.exitCode !== 0 && life.reason === null
    if (
      detail.state === 'failed' &&
      detail.class === 'unknown' &&
      hasExited &&
      wasThere &&
      (life.endedAt ?? time) < time - pace.newsMs
    ) {
      wrong.push({
        invariant: 'a',
        what: `launch ${launch} ended as unknown, and its pod ${uid} shows exit code ${life.exitCode}`,
      })
    }
  }
  wrong.push(...endsOfOthers(journal, byUid, pace.lagMs))
  const settledAt = new Map<string, number>()
  for (const { what, launch, time } of journal) {
    if (launch !== null && ['ended', 'superseded', 'revoked'].includes(what) && !settledAt.has(launch))
      settledAt.set(launch, time)
  }
  for (const life of pods) {
    if (life.endedAt === null) continue
    const dueAt = Math.max(life.endedAt, faultsEndedAt) + pace.seenWithinMs
    if ((settledAt.get(life.launch) ?? endedAt + 1) > dueAt && dueAt < endedAt) {
      wrong.push({
        invariant: 'I7',
        what: `pod ${life.name} ended, and nobody saw it for ${pace.seenWithinMs / 1000} s`,
      })
    }
  }
  return wrong
}

/** I2: a launch whose own pod runs on, and was not asked to go, was not ended by anything that its pod showed. */
function endsOfOthers(journal: PlayRecord['journal'], byUid: ReadonlyMap<string, PodLife>, lagMs: number): Violation[] {
  return journal.flatMap(({ what, launch, uid, detail, time }) => {
    const isEnd = what === 'superseded' || (what === 'ended' && detail.state === 'failed')
    const life = isEnd && uid !== null ? byUid.get(uid) : undefined
    if (!life || life.startedAt === null || life.startedAt > time - 2_000) return []
    const ends = [life.endedAt, life.deletionAskedAt, life.goneAt].filter((at) => at !== null)
    if (ends.some((at) => at <= time + lagMs)) return []
    return [{ invariant: 'I2', what: `launch ${launch} ended as ${detail.class}, and its pod ${uid} ran on` }]
  })
}
