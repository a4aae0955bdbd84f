import type { PlayRecord, Violation } from './play.ts'

/** Ends that happened so shortly before they were decided otherwise could not be known. */
const NEWS_MS = 20_000
/** A watch that went silent is noticed after 150 s; then there are backoffs and a list. */
const SEEN_WITHIN_MS = 360_000

/** Promise (a) and I7: the outcome of a launch is what its pod showed, and ends are seen within the limits of a blind watch. */
export function checkEnds({ journal, pods, faultsEndedAt, endedAt }: PlayRecord): Violation[] {
  const byUid = new Map(pods.map((life) => [life.uid, life]))
  const wrong: Violation[] = []
  for (const { what, launch, uid, detail, time } of journal) {
    if (what !== 'ended') continue
    const life = uid === null ? undefined : byUid.get(uid)
    if (detail.state === 'success' && (!life || life.exitCode !== 0)) {
      wrong.push({
        invariant: 'a',
        what: `launch ${launch} succeeded, and its pod ${uid} ended with ${life?.exitCode}`,
      })
    }
    // Announced to the world, and there to be seen when it was called a failure.
    const hasSucceeded = life?.exitCode === 0 && life.phase === 'Succeeded'
    const wasThere = life && (life.goneAt ?? Number.POSITIVE_INFINITY) > time
    if (detail.state === 'failed' && hasSucceeded && wasThere && (life.endedAt ?? time) < time - NEWS_MS) {
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
      (life.endedAt ?? time) < time - NEWS_MS
    ) {
      wrong.push({
        invariant: 'a',
        what: `launch ${launch} ended as unknown, and its pod ${uid} shows exit code ${life.exitCode}`,
      })
    }
  }
  const settledAt = new Map<string, number>()
  for (const { what, launch, time } of journal) {
    if (launch !== null && ['ended', 'superseded', 'revoked'].includes(what) && !settledAt.has(launch))
      settledAt.set(launch, time)
  }
  for (const life of pods) {
    if (life.endedAt === null) continue
    const dueAt = Math.max(life.endedAt, faultsEndedAt) + SEEN_WITHIN_MS
    if ((settledAt.get(life.launch) ?? endedAt + 1) > dueAt && dueAt < endedAt) {
      wrong.push({ invariant: 'I7', what: `pod ${life.name} ended, and nobody saw it for ${SEEN_WITHIN_MS / 1000} s` })
    }
  }
  return wrong
}
