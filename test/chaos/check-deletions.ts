import type { PlayRecord, Violation } from './play.ts'

/** I2 and I6: pods are deleted by uid, and only when their launch counts for nothing any more; at rest none is without an owner. */
export function checkDeletions({
  requests,
  journal,
  pods,
  launches,
  isQuiet,
  endedAt,
  schedule,
}: PlayRecord): Violation[] {
  const wrong: Violation[] = []
  /** When a launch, or a pod that was refused for one, was given up. */
  const overAt = new Map<string, number>()
  const over = (name: string | null, time: number) => {
    if (name !== null && !overAt.has(name)) overAt.set(name, time)
  }
  for (const { what, launch, uid, time } of journal) {
    if (what === 'ended' || what === 'superseded' || what === 'revoked') over(launch, time)
    if (what === 'notBound' || what === 'notAccepted') over(uid, time)
  }
  const byUid = new Map(pods.map((life) => [life.uid, life]))
  for (const { verb, subresource, uid, name, at, code } of requests) {
    if (verb !== 'delete' || subresource !== '' || code >= 300) continue
    if (uid === '') {
      wrong.push({ invariant: 'I6', what: `pod ${name} was deleted without its uid` })
      continue
    }
    const life = byUid.get(uid)
    const since = Math.min(
      overAt.get(uid) ?? Number.POSITIVE_INFINITY,
      overAt.get(life?.launch ?? '') ?? Number.POSITIVE_INFINITY,
    )
    if (since > at) {
      wrong.push({
        invariant: 'I6',
        what: `pod ${name} (${uid}) was deleted while its launch ${life?.launch} was current`,
      })
    }
  }
  if (isQuiet && schedule.adoption === 'lease') {
    const current = new Set(launches.filter(({ state }) => state === 'current').map(({ id }) => id))
    for (const { name, launch, goneAt, endedAt: end } of pods) {
      const isThere = (goneAt ?? Number.POSITIVE_INFINITY) >= endedAt
      if (isThere && end === null && !current.has(launch)) {
        wrong.push({ invariant: 'I2', what: `pod ${name} runs on although its launch ${launch} is over` })
      }
    }
    for (const { id } of launches.filter(({ state }) => state === 'current')) {
      wrong.push({ invariant: 'I3', what: `launch ${id} is current although all has ended` })
    }
  }
  return wrong
}
