import type { AskedRequest, ChaosCluster } from './chaos-cluster.ts'
import type { Dice } from './dice.ts'
import type { JobSlot } from './job-slot.ts'
import type { Fault, FaultName } from './plan-fault.ts'
import type { PodHistory, PodLife } from './pod-history.ts'

/** What faults act on. */
export interface FaultWorld {
  readonly cluster: ChaosCluster
  readonly slots: readonly JobSlot[]
  readonly history: PodHistory
  readonly dice: Dice
  /** A fault had an effect, so often. */
  readonly hit: (kind: FaultName, times?: number) => void
}

type Begin<Name extends FaultName> = (
  world: FaultWorld,
  fault: Extract<Fault, { kind: Name }>,
) => (() => void | Promise<void>) | Promise<() => void | Promise<void>>

const none = () => {}

/** Begins a fault; resolves to what ends it. */
export function beginFault(world: FaultWorld, fault: Fault): ReturnType<Begin<FaultName>> {
  const begin = BEGIN[fault.kind] as Begin<FaultName>
  return begin(world, fault as never)
}

const BEGIN: { readonly [Name in FaultName]: Begin<Name> } = {
  answersLost({ cluster, hit }, fault) {
    const verbs = ['create', 'delete', 'patch']
    const match = requestsOf(fault, (info) => info.resource === 'pods' && verbs.includes(info.verb))
    return untilUndone(cluster.faults.loseAnswers({ match, count: fault.count }), fault, hit)
  },
  requestsDropped({ cluster, hit }, fault) {
    const match = requestsOf(fault, ({ verb }) => verb !== 'watch')
    return untilUndone(cluster.faults.dropRequests({ match, count: fault.count }), fault, hit)
  },
  serverErrors({ cluster, hit }, fault) {
    return untilUndone(cluster.faults.refuse({ code: fault.code, match: requestsOf(fault) }), fault, hit)
  },
  slowServer({ cluster, hit }, fault) {
    return untilUndone(cluster.faults.delay(fault.delayMs, { match: requestsOf(fault) }), fault, hit)
  },
  throttled({ cluster, hit }, fault) {
    const { retryAfterSeconds } = fault
    const refusal = { code: 429, retryAfterSeconds, match: requestsOf(fault) } as const
    return untilUndone(cluster.faults.refuse(refusal), fault, hit)
  },
  credentialsRevoked({ cluster, hit }, fault) {
    return untilUndone(cluster.faults.refuse({ code: 401, match: requestsOf(fault) }), fault, hit)
  },
  async quota({ cluster, hit }, { kind, namespace, pods }) {
    const path = `/api/v1/namespaces/${namespace}/resourcequotas`
    const { body } = await cluster.api.post<{ metadata: { name: string } }>(path, {
      metadata: { generateName: 'chaos-' },
      spec: { hard: { pods: String(pods) } },
    })
    const refused = { verb: 'create', namespace, code: 403 } as const
    const count = async () => (await cluster.podRequests()).filter(fits(refused)).length
    const before = await count()
    return async () => {
      await cluster.api.delete(`${path}/${body.metadata.name}`)
      hit(kind, (await count()) - before)
    }
  },
  watchDropped({ cluster, hit }, fault) {
    let left = fault.times
    let timer: { cancel(): void } | undefined
    const drop = () => {
      hit(fault.kind, cluster.faults.dropWatches(requestsOf(fault)))
      left -= 1
      timer = left > 0 ? cluster.clock.setTimeout(drop, fault.forMs / fault.times) : undefined
    }
    drop()
    return () => timer?.cancel()
  },
  watchStalled({ cluster, hit }, fault) {
    return untilUndone(cluster.faults.stallWatches({ match: requestsOf(fault) }), fault, hit)
  },
  versionGone({ cluster, hit }, fault) {
    const match = requestsOf(fault, ({ verb }) => verb === 'watch')
    if (fault.shape === 'event') cluster.faults.compact()
    cluster.faults.dropWatches(match)
    if (fault.shape === 'event') return none
    return untilUndone(cluster.faults.refuse({ code: 410, match, count: 2 }), fault, hit)
  },
  eventsTwice: ({ slots }, fault) => scramble(slots, fault, { twice: fault.twice, lateMs: 0, reorder: 1 }),
  eventsLate: ({ slots }, fault) => scramble(slots, fault, { twice: 0, lateMs: fault.lateMs, reorder: 1 }),
  eventsReordered: ({ slots }, fault) => scramble(slots, fault, { twice: 1, lateMs: 0, reorder: fault.reorder }),
  serverRestarted: (world, fault) => restart(world, fault.kind),
  serverRestartedCompacted: (world, fault) => {
    world.cluster.faults.compact()
    return restart(world, fault.kind)
  },
  partitioned({ slots, hit }, { kind, healing }) {
    for (const slot of slots) slot.setWire((wire) => wire.hold())
    return () => {
      for (const slot of slots) {
        slot.setWire(null)
        const { wire } = slot.life
        const held = healing === 'strand' ? wire.strand() : wire.release()
        hit(kind, held > 0 ? 1 : 0)
        if (healing === 'break') wire.break()
      }
    }
  },
  evicted(world, fault) {
    return someLater(world, fault, (pod) => {
      if (pod.phase !== 'Running') return false
      world.cluster.faults.evict(pod)
      return true
    })
  },
  containerKilled(world, fault) {
    return someLater(world, fault, (pod) => {
      if (pod.startedAt === null) return false
      world.cluster.faults.killContainer(pod)
      return true
    })
  },
  podDeleted(world, fault) {
    return someLater(world, fault, ({ namespace, name }) => {
      void world.cluster.api.delete(`/api/v1/namespaces/${namespace}/pods/${name}`, { gracePeriodSeconds: 0 })
      return true
    })
  },
  nodeLost: (world, fault) => nodeTrouble(world, fault.kind, 'Unknown'),
  nodeNotReady: (world, fault) => nodeTrouble(world, fault.kind, false),
  slowStore({ slots, hit, dice }, fault) {
    const { kind, trouble, share } = fault
    const chosen = affected(slots, fault)
    for (const slot of chosen) {
      slot.trouble.store = () => {
        if (!dice.chance(share)) return null
        hit(kind)
        return trouble === 'slow' || trouble === 'slowAnswer'
          ? { kind: trouble, delayMs: dice.between(50, 12_000) }
          : { kind: trouble }
      }
    }
    return () => {
      for (const slot of chosen) slot.trouble.store = () => null
    }
  },
  executorKilled({ slots, hit }, fault) {
    for (const slot of affected(slots, { executor: fault.executor ?? 0 })) {
      slot.killAfter(fault.crossings, fault.downMs, () => hit(fault.kind))
    }
    return none
  },
  executorPaused({ slots, hit }, fault) {
    const paused = affected(slots, { executor: fault.executor ?? 1 }).map(({ life }) => life)
    for (const { membrane, wire } of paused) {
      if (membrane.isDead || membrane.isPaused) continue
      membrane.pause()
      wire.hold()
      hit(fault.kind)
    }
    return () => {
      for (const { membrane, wire } of paused) {
        wire.release()
        membrane.goOn()
      }
    }
  },
}

function affected(slots: readonly JobSlot[], { executor }: { readonly executor: 0 | 1 | null }): readonly JobSlot[] {
  return executor === null ? slots : slots.slice(executor, executor + 1)
}

/** Requests of the executors that a fault is about. */
function requestsOf(
  { executor }: { readonly executor: 0 | 1 | null },
  isMeant: (info: AskedRequest) => boolean = () => true,
) {
  const prefix = executor === null ? 'davit-job-' : `davit-job-${executor}-`
  return (info: AskedRequest) => info.userAgent.startsWith(prefix) && isMeant(info)
}

function untilUndone(
  handle: { readonly hits: number; undo(): void },
  { kind }: Fault,
  hit: FaultWorld['hit'],
): () => void {
  return () => {
    handle.undo()
    hit(kind, handle.hits)
  }
}

function fits(wanted: Readonly<Record<string, unknown>>) {
  return (record: object) => Object.entries(wanted).every(([name, value]) => Reflect.get(record, name) === value)
}

function scramble(slots: readonly JobSlot[], fault: Fault, trouble: JobSlot['trouble']['watch']): () => void {
  const chosen = affected(slots, fault)
  for (const slot of chosen) slot.trouble.watch = trouble
  return () => {
    for (const slot of chosen) slot.trouble.watch = null
  }
}

/** Every connection breaks, and none is had until it is over. */
function restart({ slots, hit }: FaultWorld, kind: FaultName): () => void {
  let broken = 0
  for (const slot of slots) {
    slot.setWire((wire) => {
      wire.setDown(true)
      broken += wire.break()
    })
  }
  hit(kind, broken > 0 ? 1 : 0)
  return () => {
    for (const slot of slots) {
      slot.setWire(null)
      slot.life.wire.setDown(false)
    }
  }
}

/** Hurts live pods, one after the other, as many as there are to be. */
function someLater(
  { cluster, history, dice, hit }: FaultWorld,
  fault: Extract<Fault, { readonly count: number }>,
  hurt: (pod: PodLife) => boolean,
): () => void {
  let left = fault.count
  let timer: { cancel(): void } | undefined
  const next = () => {
    const alive = [...history.lives.values()].filter(({ endedAt, goneAt }) => endedAt === null && goneAt === null)
    if (alive.length > 0 && hurt(dice.pick(alive))) hit(fault.kind)
    left -= 1
    timer = left > 0 ? cluster.clock.setTimeout(next, fault.forMs / fault.count) : undefined
  }
  next()
  return () => timer?.cancel()
}

function nodeTrouble({ cluster, history, hit }: FaultWorld, kind: FaultName, status: false | 'Unknown'): () => void {
  const isThere = () => [...history.lives.values()].some(({ goneAt, endedAt }) => goneAt === null && endedAt === null)
  let wasThere = isThere()
  cluster.faults.setNodeReady(status)
  return () => {
    wasThere ||= isThere()
    if (wasThere) hit(kind)
    cluster.faults.setNodeReady(true)
  }
}
