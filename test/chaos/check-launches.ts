import type { PlayRecord, Violation } from './play.ts'
import type { PodLife } from './pod-history.ts'

/** I1, I12 and promise (b): launches are recorded before their creates, have one pod each, and pods of one try do not overlap. */
export function checkLaunches(record: PlayRecord): Violation[] {
  return [...unrecorded(record), ...secondPods(record), ...overlaps(record), ...otherIdentities(record)]
}

function unrecorded({ requests, journal }: PlayRecord): Violation[] {
  const recordedAt = new Map<string, number>()
  for (const { what, detail, time } of journal) {
    const name = String(detail.podName)
    if (what === 'recorded' && !recordedAt.has(name)) recordedAt.set(name, time)
  }
  return requests
    .filter(({ verb, subresource, code }) => verb === 'create' && subresource === '' && code === 201)
    .filter(({ name, at }) => (recordedAt.get(name) ?? Number.POSITIVE_INFINITY) > at)
    .map(({ name, at }) => {
      const recorded = recordedAt.get(name)
      const when = recorded === undefined ? 'never' : `${recorded - at} ms later`
      return { invariant: 'I1', what: `the create of ${name} was sent, and its launch recorded ${when}` }
    })
}

/**
 * A create may be carried out long after it was sent: nobody can call it back from the wire or from a server that takes its
 * time, and by then the executor that took the launch over may have ended and disposed of the pod. Such a second pod is not
 * accepted, and goes. The same holds for a create that is repeated after somebody else has taken the first pod away.
 */
function secondPods(record: PlayRecord): Violation[] {
  const { pods, journal, requests, faultsEndedAt, endedAt, pace } = record
  const bound = new Map<string, string>()
  const boundAt = new Map<string, number>()
  const wrong: Violation[] = []
  for (const { what, launch, uid, time } of journal) {
    if (what !== 'bound' || launch === null || uid === null) continue
    const before = bound.get(launch)
    if (before !== undefined && before !== uid) {
      wrong.push({ invariant: 'b', what: `launch ${launch} was bound to ${before} and to ${uid}` })
    }
    bound.set(launch, uid)
    boundAt.set(uid, time)
  }
  const deletedByUs = new Set(
    requests.filter(({ verb, code }) => verb === 'delete' && code < 300).map(({ uid }) => uid),
  )
  for (const [launch, lives] of grouped(pods, ({ launch }) => launch)) {
    for (const [index, life] of lives.entries()) {
      const next = lives[index + 1]
      const isOthersDeed = life.goneAt !== null && !deletedByUs.has(life.uid)
      if (next && !isOthersDeed && !wasOnItsWay(record, next, life.goneAt)) {
        wrong.push({ invariant: 'b', what: `launch ${launch} has pods ${life.uid} and ${next.uid}` })
      }
      // The one that is not accepted goes.
      const other = bound.get(launch)
      const knownAt = other === undefined ? Number.POSITIVE_INFINITY : (boundAt.get(other) ?? 0)
      const since = Math.max(knownAt, life.createdAt, faultsEndedAt)
      const until = Math.min(life.deletionAskedAt ?? endedAt, life.endedAt ?? endedAt, life.goneAt ?? endedAt)
      if (other !== life.uid && until - since > pace.newsMs / 2) {
        wrong.push({ invariant: 'I2', what: `pod ${life.uid} of launch ${launch} ran on beside ${other}` })
      }
    }
  }
  return wrong
}

/** Whether the create that made the pod had been sent before `goneAt`, when its name became free. */
function wasOnItsWay({ requests, createsSent }: PlayRecord, life: PodLife, goneAt: number | null): boolean {
  const create = requests.find(
    ({ verb, subresource, uid }) => verb === 'create' && subresource === '' && uid === life.uid,
  )
  if (!create) return false
  const sent = createsSent.findLast(
    ({ jobId, podName, at }) => podName === life.name && create.userAgent.endsWith(`-${jobId}`) && at <= create.at,
  )
  return sent !== undefined && sent.at < (goneAt ?? Number.POSITIVE_INFINITY)
}

function overlaps({ pods }: PlayRecord): Violation[] {
  const wrong: Violation[] = []
  for (const [tryText, lives] of grouped(pods, ({ tryText }) => tryText)) {
    for (const [index, life] of lives.entries()) {
      const next = lives[index + 1]
      const end = Math.min(life.endedAt ?? Number.POSITIVE_INFINITY, life.goneAt ?? Number.POSITIVE_INFINITY)
      if (next && next.createdAt < end) {
        wrong.push({ invariant: 'I1', what: `pods ${life.name} and ${next.name} of try ${tryText} are alive at once` })
      }
    }
  }
  return wrong
}

/** One name a launch, in the namespace that was asked for, whatever override and template say. */
function otherIdentities({ pods, launches, schedule }: PlayRecord): Violation[] {
  const byId = new Map(launches.map((launch) => [launch.id, launch]))
  return pods.flatMap(({ pod, name, namespace, launch: id }) => {
    const launch = byId.get(id)
    const { labels = {}, annotations = {} } = pod.metadata ?? {}
    const plan = schedule.tasks.find((task) => task.name === annotations.task_id)
    const isIt =
      launch?.podName === name &&
      launch.namespace === namespace &&
      plan?.namespace === namespace &&
      annotations['davit-launch'] === id &&
      labels['davit-deployment'] === 'chaos' &&
      pod.spec?.restartPolicy === 'Never' &&
      pod.spec.containers[0]?.name === 'base'
    return isIt ? [] : [{ invariant: 'I12', what: `pod ${namespace}/${name} (launch ${id}) has another identity` }]
  })
}

/** Pods by something they share, each group in the order of creation. */
export function grouped(pods: readonly PodLife[], by: (life: PodLife) => string): Map<string, PodLife[]> {
  const groups = new Map<string, PodLife[]>()
  for (const life of pods) groups.set(by(life), [...(groups.get(by(life)) ?? []), life])
  for (const lives of groups.values()) lives.sort((a, b) => a.createdAt - b.createdAt)
  return groups
}
